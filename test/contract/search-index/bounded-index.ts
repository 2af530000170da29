import pg from 'pg'
import { clientConfig } from '../../../infra/postgres/database.ts'
import { postgresSearchIndex } from '../../../infra/postgres/search/search-index.ts'
import { searchStatementWithin } from '../../../infra/postgres/search/search-statement.ts'
import type { SearchIndex } from '../../../shared/ports/search-index.ts'
import { defaultBounds } from '../../../shared/runtime/config/bounds.ts'
import { defaultTimes } from '../../../shared/runtime/config/times.ts'

/** The search index with such small bounds of work that most pages end by them; its connection is opened by the first search. */
export const openBoundedIndex = (url: string) => {
  const pool = new pg.Pool({ ...clientConfig(defaultTimes), connectionString: url, max: 1 })
  const statement = searchStatementWithin({ first: 6, slice: 40, most: 48, total: 220, slices: 3 })
  const session = {
    run: async <Row>({ text }: { readonly text: string }, values: readonly unknown[] = []): Promise<readonly Row[]> =>
      (await pool.query<Row & object>(text, [...values])).rows,
  }
  const boundedIndex: SearchIndex = postgresSearchIndex(session, defaultBounds.pageBytes, statement)
  return { boundedIndex, close: () => pool.end() }
}
