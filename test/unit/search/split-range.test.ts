import { expect, it } from 'vitest'
import { applyToIndex } from '../../../infra/postgres/search/index-messages.ts'

const room = '00000000-0000-7000-8000-00000000aaaa'

/** Applies the erasure of the messages 1 to 999, of which those of these seqs are indexed; returns the changes of each statement. */
const statementsFor = async (rows: readonly { readonly seq: string; readonly terms: number }[]): Promise<readonly unknown[]> => {
  const statements: unknown[] = []
  const session = {
    run: async <Row>({ name }: { readonly name: string }, values: readonly unknown[] = []): Promise<readonly Row[]> => {
      if (name === 'indexed-deletions') return rows as unknown as readonly Row[]
      statements.push(JSON.parse(String(values[0])))
      return []
    },
  }
  await applyToIndex(session, [{ room, from: 1, before: 1_000 }])
  return statements
}

it('removes the entries of an erasure of long messages in several statements, and at last those of the whole range', async () => {
  const rows = Array.from({ length: 50 }, (_, index) => ({ seq: String(10 * index + 10), terms: 500 }))
  expect(await statementsFor(rows)).toEqual([
    [{ room, from: 10, before: 201 }],
    [{ room, from: 210, before: 401 }],
    [{ room, from: 410, before: 501 }],
    [{ room, from: 1, before: 1_000 }],
  ])
})

it('removes the entries of an erasure of short messages in one statement', async () => {
  const rows = Array.from({ length: 50 }, (_, index) => ({ seq: String(index + 1), terms: 20 }))
  expect(await statementsFor(rows)).toEqual([[{ room, from: 1, before: 1_000 }]])
})
