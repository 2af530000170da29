import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readResultsStatement } from '../../../infra/postgres/event-store/command-results.ts'
import { noStackReason } from '../../support/stack/shared-stack.ts'
import { roomWithChanges } from '../room-with-changes.ts'
import { fillBigRoom } from './big-room.ts'
import { explain } from './explain.ts'
import { freshDatabase, openMigrated } from './open-postgres.ts'
import { withSession } from './session.ts'

describe.skipIf(noStackReason())('the results of commands on PostgreSQL', () => {
  it('are in the order of the keys: stored, rejected, of another command, or not recorded', async () => {
    const database = await openMigrated(await freshDatabase())
    const { ann, bob, room, post, edit, remove, act } = await roomWithChanges(database.eventStore)
    const [kept, gone] = [post(bob, 'kept'), post(bob, 'gone')]
    const refused = edit(ann, kept.id, 'not mine')
    const reserved = edit(ann, randomUUID(), 'of no message')
    await act(kept, gone, remove(bob, gone.id), refused, reserved)
    const keyOf = ({ id, digest }: { id: string; digest: string }) => ({ room, id, digest })
    const results = await database.commandResults([
      keyOf(kept),
      keyOf(refused),
      { room, id: randomUUID(), digest: 'd' },
      { ...keyOf(kept), digest: 'another' },
      keyOf(gone),
      { ...keyOf(reserved), digest: 'another' },
      keyOf(reserved),
    ])
    expect(results).toMatchObject([
      { kind: 'stored' },
      { kind: 'rejected', rejection: { code: 'forbidden', details: { action: 'edit_own' } } },
      undefined,
      { kind: 'conflict' },
      { kind: 'stored' },
      { kind: 'conflict' },
      { kind: 'rejected', rejection: { code: 'unknown_message' } },
    ])
    expect(await database.commandResults([])).toEqual([])
    await database.close()
  })

  it('are read by a few index probes for each key', async () => {
    const url = await freshDatabase()
    const room = randomUUID()
    const ids = await withSession(url, async (client) => {
      await fillBigRoom(client, room, randomUUID())
      const { rows } = await client.query<{ id: string }>('select command_id as id from event limit 1000')
      return rows.map(({ id }) => id)
    })
    const values = [ids.map(() => room), ids, ids.map(() => 'd')]
    const { blocks, nodes } = await explain(url, readResultsStatement, values)
    expect(nodes).not.toContain('Seq Scan')
    expect(blocks).toBeLessThan(1_000 * 20)
  })
})
