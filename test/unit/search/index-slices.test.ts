import { expect, it } from 'vitest'
import { applyToIndex } from '../../../infra/postgres/search/index-messages.ts'
import type { IndexChange } from '../../../shared/ports/search-index.ts'

const room = '00000000-0000-7000-8000-00000000aaaa'

const message = (version: number, words: number): IndexChange => {
  const text = Array.from({ length: words }, (_, index) => `w${index}`).join(' ')
  return { room, message: room, author: room, version, text }
}

/** The versions, and the number of terms, in each statement. */
const statementsFor = async (changes: readonly IndexChange[]) => {
  const statements: { readonly versions: readonly number[]; readonly terms: number }[] = []
  const run = async <Row>(_: unknown, [rows]: readonly unknown[] = []): Promise<readonly Row[]> => {
    const changed = JSON.parse(String(rows)) as { readonly version: number; readonly terms: readonly string[] }[]
    statements.push({ versions: changed.map(({ version }) => version), terms: changed.flatMap(({ terms }) => terms).length })
    return []
  }
  await applyToIndex({ run }, changes)
  return statements
}

it('texts of many words are indexed in several short statements, in order, and short texts together', async () => {
  const long = Array.from({ length: 100 }, (_, index) => message(index, 600))
  const statements = await statementsFor(long)
  expect(statements.flatMap(({ versions }) => versions)).toEqual(long.map((_, index) => index))
  expect(Math.max(...statements.map(({ terms }) => terms))).toBeLessThanOrEqual(10_000)
  const short = Array.from({ length: 200 }, (_, index) => message(index, 10))
  expect(await statementsFor(short)).toHaveLength(1)
})
