import { describe, expect, it } from 'vitest'
import type { NewRecord } from '../../../../shared/ports/command-log.ts'
import { supportedLevel } from '../../../../shared/protocol/feature-level.ts'
import { memoryStore } from '../../memory-store/memory-store.ts'
import type { Member } from './signal-rig.ts'
import { pushes, room, signalRig } from './signal-rig.ts'

/** Requests of two members, each with as much time as a signal takes before it; returns all records and events. */
const run = async (isSignalling: boolean) => {
  const memory = memoryStore({ epoch: 'one' })
  memory.raiseLevel(supportedLevel)
  const { rig, members } = await signalRig(['ann', 'bob'], { memory })
  const [ann, bob] = members as [Member, Member]
  const records: NewRecord[] = []
  let count = 0

  const act = async ({ client }: Member, event: string, body: object): Promise<void> => {
    count += 1
    const { body: content, ...frame } = {
      event,
      room,
      body: { ...body, id: `00000000-0000-7000-9000-${String(count).padStart(12, '0')}` },
    }
    client.send({ ...frame, id: String(count), body: content })
    await rig.settle()
    records.push(...rig.log)
    await rig.write()
    await rig.settle()
  }
  const signal = async (): Promise<void> => {
    if (isSignalling) {
      for (const { client, id } of members) {
        client.send({ event: 'watch', body: { rooms: [room], users: [id] } })
        client.send({ event: 'signal', room, body: { kind: 'typing' } })
        client.send({ event: 'signal', room, body: { kind: 'x.wave', data: { at: 1 } } })
      }
    }
    await rig.settle()
  }

  for (const msg of ['one', 'two', 'three']) {
    await signal()
    await act(ann, 'new-message', { msg, type: 'text' })
    await signal()
    await act(bob, 'new-message', { msg: `${msg} too`, type: 'text' })
  }
  await signal()
  await act(ann, 'remove-users', { users: [bob.id] })
  return { records, events: memory.events(), signals: pushes(ann, 'signal').length + pushes(bob, 'signal').length }
}

describe('A run with signals', () => {
  it('leaves byte for byte the commands and events of a run without them', async () => {
    const [plain, signalled] = [await run(false), await run(true)]
    expect([plain.signals, signalled.signals > 5]).toEqual([0, true])
    expect(signalled.records).toEqual(plain.records)
    expect(JSON.stringify(signalled.events)).toBe(JSON.stringify(plain.events))
    expect(plain.records.length).toBe(7)
  })
})
