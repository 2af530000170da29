import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { searchStatement } from '../../../infra/postgres/search/search-statement.ts'
import { noStackReason } from '../../support/stack/shared-stack.ts'
import { explain } from './explain.ts'
import { freshDatabase } from './open-postgres.ts'
import { withSession } from './session.ts'

const [chats, messagesOfChat] = [200, 200]
const reader = randomUUID()

/** A page without a message has one row: where the search has ended. */
const oneWithoutMessage = 1

/** One page of a search for these terms in all chats of the reader. */
const search = (url: string, ...terms: readonly string[]) =>
  explain(url, searchStatement, [reader, terms, null, null, null, null, null, null, 50, 1_048_576])

describe.skipIf(noStackReason())('searching in 200 chats on PostgreSQL', () => {
  let url = ''
  beforeAll(async () => {
    url = await freshDatabase()
    await withSession(url, async (client) => {
      await client.query(`insert into chat_member (chat_id, user_id, since_seq)
        select gen_random_uuid(), '${reader}', 0 from generate_series(1, ${chats})`)
      // Each word is in every message; one message in each chat has the rare one.
      await client.query(`insert into message_term (chat_id, term, created_at, seq)
        select chat_id, term, now() + seq * interval '1 second', seq
        from chat_member, generate_series(1, ${messagesOfChat}) as seq, unnest(array['every', 'time', 'word', 'rare']) as term
        where term <> 'rare' or seq = 1`)
      // Pairs of words that no message has both of: by turns, in different chats, and at different times.
      await client.query(`insert into message_term (chat_id, term, created_at, seq)
        select chat_id, term, now() + seq * interval '1 second', seq
        from chat_member, generate_series(1, ${messagesOfChat}) as seq, unnest(array[
          case when seq % 2 = 0 then 'even' else 'odd' end, case when chat_id::text < '8' then 'here' else 'there' end,
          case when seq <= ${messagesOfChat / 2} then 'early' else 'late' end
        ]) as term`)
      await client.query(`insert into message_term (chat_id, term, created_at, seq)
        select gen_random_uuid(), 'every', now(), n from generate_series(1, 200000) as n`)
      await client.query('vacuum analyze')
    })
  }, 60_000)

  it('reads a few blocks for each chat to find a word that no message has', async () => {
    const { blocks } = await search(url, 'absent')
    expect(blocks).toBeLessThan(6 * chats)
  })

  it('reads only the newest messages with words that every message has', async () => {
    const one = await search(url, 'every')
    expect(one.rows).toBe(50)
    expect(one.blocks).toBeLessThan(16 * chats)
    const three = await search(url, 'every', 'time', 'word')
    expect(three.rows).toBe(50)
    expect(three.blocks).toBeLessThan(60 * chats)
  })

  it('begins with the rarest word, wherever it stands', async () => {
    for (const terms of [
      ['every', 'rare'],
      ['rare', 'every'],
    ]) {
      const { rows, blocks } = await search(url, ...terms)
      expect(rows).toBe(50)
      expect(blocks).toBeLessThan(40 * chats)
    }
  })

  it('reads the entries of two frequent words in the order of the key if no message has both', async () => {
    const { blocks, rows } = await search(url, 'even', 'odd')
    expect(rows).toBe(oneWithoutMessage)
    // A look-up for each of the entries would read 400 blocks in each chat.
    expect(blocks).toBeLessThan(70 * chats)
  })

  it('reads a few blocks for each chat if no chat has both words, or has them at the same time', async () => {
    for (const terms of [
      ['here', 'there'],
      ['early', 'late'],
    ]) {
      const { blocks, rows } = await search(url, ...terms)
      expect(rows).toBe(oneWithoutMessage)
      expect(blocks).toBeLessThan(16 * chats)
    }
  })

  it('reads only the range of time of the query', async () => {
    const { blocks, rows } = await explain(url, searchStatement, [
      reader,
      ['every'],
      null,
      '2000-01-01T00:00:00.000Z',
      '2000-02-01T00:00:00.000Z',
      null,
      null,
      null,
      50,
      1_048_576,
    ])
    expect(rows).toBe(oneWithoutMessage)
    expect(blocks).toBeLessThan(6 * chats)
  })
})
