import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { withExportReads } from '../../../infra/postgres/admin/with-snapshot.ts'
import type { ExportedEvent } from '../../../shared/ports/export-reads.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { noStackReason } from '../../support/stack/shared-stack.ts'
import { roomWithChanges } from '../room-with-changes.ts'
import { freshDatabase, openMigrated } from './open-postgres.ts'
import { withSession } from './session.ts'

const beforeAll = { stream: '00000000-0000-0000-0000-000000000000', seq: 0 }

describe.skipIf(noStackReason())('the pages of an export on PostgreSQL', () => {
  /** The events of a room after these changes, read in pages of `limit`. */
  const eventsAfter = async (
    change: (room: Awaited<ReturnType<typeof roomWithChanges>>, url: string) => Promise<unknown>,
    limit = 100,
  ): Promise<readonly ExportedEvent[]> => {
    const url = await freshDatabase()
    const database = await openMigrated(url)
    await change(await roomWithChanges(database.eventStore), url)
    await database.close()
    const found: ExportedEvent[] = []
    await withExportReads(url, recordingLog(), undefined, async ({ events }) => {
      for (let page = await events(beforeAll, limit); page.length > 0; ) {
        found.push(...page)
        page = await events(page.at(-1) ?? beforeAll, limit)
      }
    })
    return found
  }

  it('have the newest text of a message, and leave out older versions, removed reactions and removed pins', async () => {
    const ofRoom = await eventsAfter(async ({ ann, bob, post, edit, react, pin, remove, act }) => {
      const [kept, gone] = [post(bob, 'first'), post(bob, 'gone')]
      await act(kept, gone, edit(bob, kept.id, 'second'), edit(bob, kept.id, 'third'), edit(bob, gone.id, 'gone too'))
      await act(
        react(bob, kept.id, '+'),
        react(bob, kept.id, '+', false),
        react(ann, kept.id, '-'),
        pin(ann, kept.id),
        pin(ann, kept.id, false),
      )
      await act(pin(ann, kept.id), remove(bob, gone.id))
    }, 3)
    expect(ofRoom.map(({ type, isPresent }) => `${type}${isPresent ? '' : ' -'}`)).toEqual([
      ...['ChatCreated', 'MessagePosted', 'MessagePosted', 'MessageEdited -', 'MessageEdited', 'MessageEdited -'],
      ...['ReactionSet -', 'ReactionSet -', 'ReactionSet', 'PinSet -', 'PinSet -', 'PinSet', 'MessageDeleted'],
    ])
    expect(ofRoom[1]?.newest).toContain('third')
    expect(ofRoom[2]).toMatchObject({ newest: null, data: expect.stringContaining('"deleted":true') })
    expect(ofRoom.map(({ seq }) => seq)).toEqual(ofRoom.map((_, place) => place + 1))
  })

  it('leave out messages that were erased with their reactions, and name the replies that have lost their root or their quote', async () => {
    const events = await eventsAfter(async ({ bob, room, post, react, act }, url) => {
      const [root, deleted] = [post(bob, 'root'), post(bob, 'deleted')]
      await act(
        root,
        deleted,
        post(bob, 'reply', { thread: root.id }),
        post(bob, 'quote', { reply_to: root.id }),
        post(bob, 'other', { thread: deleted.id }),
        react(bob, root.id, '+'),
        react(bob, deleted.id, '+'),
      )
      await withSession(url, (client) =>
        client.query(
          `with gone as (
            insert into event (stream, seq, v, kind, type, data, command_id, digest) values
              ($1, 100, 1, 'chat', 'MessagesErased', '{}', $2, 'd'), ($1, 101, 1, 'chat', 'MessageDeleted', '{}', $3, 'd')
          ) update message set deleted_seq = 98 + seq where chat_id = $1 and seq in (2, 3)`,
          [room, randomUUID(), randomUUID()],
        ),
      )
    })
    const reactions = events.filter(({ type }) => type === 'ReactionSet')
    expect(reactions.map(({ isPresent }) => isPresent)).toEqual([false, true])
    const posted = events.filter(({ type }) => type === 'MessagePosted')
    expect(posted.map(({ isPresent, hasLostRoot, hasLostQuote }) => [isPresent, hasLostRoot, hasLostQuote])).toEqual([
      [false, false, false],
      [true, false, false],
      [true, true, false],
      [true, false, true],
      [true, false, false],
    ])
  })
})
