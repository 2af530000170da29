import { describe, expect, it } from 'vitest'
import type { Statement } from '../../../infra/postgres/connection/statement.ts'
import { appendBatch, appendValues } from '../../../infra/postgres/event-store/append.ts'
import { readSnapshot } from '../../../infra/postgres/event-store/read-snapshot.ts'
import { changeParameterCount } from '../../../infra/postgres/event-store/write-changes.ts'
import { readSetOf } from '../../../services/writer/read-set.ts'
import { appending, messagePosted, written } from '../../contract/stored-chat.ts'
import { ann, post, room } from '../domain/chat-fixtures.ts'

/** A session that records the names of its statements. */
const recordingSession = () => {
  const statements: string[] = []
  const run = async <Row>({ name }: Statement): Promise<readonly Row[]> => {
    statements.push(name)
    return []
  }
  return { statements, session: { run } }
}

const messages = [2, 3, 4].map((seq) => messagePosted(room, seq, ann))
const batch = appending({ events: messages.map((event) => written(event)), heads: new Map([[room, 1]]) })

describe('Plain messages on Postgres', () => {
  it('are appended in one statement', async () => {
    const { statements, session } = recordingSession()
    await appendBatch(session, batch, true)
    expect(statements).toEqual(['append-outcomes'])
  })

  it('are decided from one statement if the writer does not remember the room, without a read of messages', async () => {
    const { statements, session } = recordingSession()
    const readSet = readSetOf([post(ann, 'one'), post(ann, 'two')], 5_000)
    await readSnapshot(session, readSet)
    expect(statements).toEqual(['read-snapshot'])
    expect(readSet).toMatchObject({ messages: [], reactions: [] })
  })

  it('give the database function no array for changes, deletions, threads, quotes, members and users', () => {
    const values = appendValues(batch, true)
    const own = values.slice(0, -changeParameterCount)
    const changes = values.slice(-changeParameterCount)
    // Rooms and heads; seven columns of events, and their effect on the membership, which is null in each.
    expect(own.map((value, index) => (value === null ? undefined : index)).filter((index) => index !== undefined)).toEqual([
      0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 20,
    ])
    // Five columns of the changed chat, but not the time of its last activity; six columns of messages.
    const given = changes.map((value, index) => (value === null ? undefined : index)).filter((index) => index !== undefined)
    expect(given).toEqual([14, 15, 16, 17, 18, 27, 28, 29, 30, 31, 32])
    expect(changes.at(-1)).toBeNull()
  })
})
