import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { StoreError } from '../../../../shared/ports/event-store.ts'
import { signalChannels } from '../../../../shared/records/signals.ts'
import { memoryStore } from '../../memory-store/memory-store.ts'
import type { Member } from './signal-rig.ts'
import { pushed, pushes, room, signalRig } from './signal-rig.ts'

const typing = { kind: 'typing' }

const couple = async (options: Parameters<typeof signalRig>[1] = {}) => {
  const opened = await signalRig(['ann', 'bob'], options)
  const [ann, bob] = opened.members as [Member, Member]
  return { ...opened, ann, bob }
}

describe('A signal', () => {
  it('reaches the other members who watch the room, and nobody else', async () => {
    const { rig, members, ask } = await signalRig(['ann', 'bob', 'cyd'])
    const [ann, bob, cyd] = members as [Member, Member, Member]
    expect(await ask(bob, 'watch', { rooms: [room] })).toEqual({ rooms: { [room]: { signals: true, typing: [] } }, users: {} })
    await ask(ann, 'watch', { rooms: [room] })
    expect(await ask(ann, 'signal', typing, room)).toEqual({ sent: true })
    await rig.settle()
    expect(pushes(bob, 'signal')).toMatchObject([{ room, body: { user_id: ann.id, kind: 'typing', ttl_ms: 6_000 } }])
    expect([pushes(ann, 'signal'), pushes(cyd, 'signal')]).toEqual([[], []])
  })

  it('carries data of the application unchanged, and reaches only the users that it names', async () => {
    const { members, ask } = await signalRig(['ann', 'bob', 'cyd'])
    const [ann, bob, cyd] = members as [Member, Member, Member]
    for (const member of [bob, cyd]) await ask(member, 'watch', { rooms: [room] })
    const data = { offer: null, at: [1, 2] }
    expect(await ask(ann, 'signal', { kind: 'x.call', data, to: [cyd.id] }, room)).toEqual({ sent: true })
    expect(pushed(cyd, 'signal')).toEqual([{ user_id: ann.id, kind: 'x.call', data, ttl_ms: 6_000 }])
    expect(pushed(bob, 'signal')).toEqual([])
  })

  it('is refused in a room that the user does not follow', async () => {
    const { ask, device } = await couple()
    const stranger = await device('eve')
    expect(await ask(stranger, 'signal', typing, room)).toBe('forbidden')
    expect(await ask(stranger, 'watch', { rooms: [room, randomUUID()] })).toEqual({ rooms: {}, users: {} })
  })

  it('does not reach a user who was removed, also after the user was added again, until the user watches again', async () => {
    const { rig, ann, bob, ask } = await couple()
    await ask(bob, 'watch', { rooms: [room] })
    await ask(ann, 'remove-users', { users: [bob.id] }, room)
    await ask(ann, 'signal', typing, room)
    await ask(ann, 'add-users', { users: [bob.id] }, room)
    await rig.clock.run(1_000)
    await ask(ann, 'signal', typing, room)
    expect(pushes(bob, 'signal')).toEqual([])
    await ask(bob, 'watch', { rooms: [room] })
    await ask(ann, 'signal', typing, room)
    expect(pushes(bob, 'signal')).toHaveLength(1)
  })

  it('is sent and watched only for the user that the socket is bound to', async () => {
    const { rig, ann, bob } = await couple()
    ann.client.send({ event: 'signal', id: 's', as: bob.id, room, body: typing })
    ann.client.send({ event: 'watch', id: 'w', as: bob.id, body: {} })
    await rig.settle()
    expect(ann.client.seen().slice(-2)).toEqual(['signal (s) invalid', 'watch (w) invalid'])
  })

  it('is unknown below the feature level of signals, and so is a watch', async () => {
    const memory = memoryStore()
    memory.raiseLevel(2)
    const { ann, ask } = await couple({ memory })
    expect(await ask(ann, 'signal', typing, room)).toBe('unknown_event')
    expect(await ask(ann, 'watch', {})).toBe('unknown_event')
  })

  it('is dropped while the fan-out is down, and not sent later', async () => {
    const { rig, ann, bob, ask } = await couple()
    await ask(bob, 'watch', { rooms: [room] })
    rig.state = 'down'
    expect(await ask(ann, 'signal', typing, room)).toEqual({ sent: false })
    rig.state = 'up'
    rig.restored()
    await rig.clock.run(10_000)
    expect(pushes(bob, 'signal')).toEqual([])
    expect(await ask(ann, 'signal', typing, room)).toEqual({ sent: true })
    expect(pushes(bob, 'signal')).toHaveLength(1)
    expect(await rig.counted('chat_signals_dropped_total')).toBe(1)
  })

  it('is dropped when a quarter of the send queue is full, and never sets a follower behind', async () => {
    const sendQueueBytes = 4_000
    const { rig, ann, bob, ask, session } = await couple({
      bounds: { sendQueueBytes },
      rates: { sessionSignalsBurst: 1_000, roomSignalsBurst: 1_000 },
    })
    await ask(bob, 'watch', { rooms: [room] })
    bob.client.socket.setFrozen(true)
    for (let count = 0; count < 100; count += 1) await ask(ann, 'signal', typing, room)
    const { sendQueue, rooms } = session(bob)
    expect(sendQueue.bytes()).toBeLessThan(sendQueueBytes / 4 + 500)
    expect(rooms?.follower(room)?.state).toBe('live')
    expect(await rig.counted('chat_slow_consumers_total')).toBe(0)
    expect(await rig.counted('chat_signals_dropped_total')).toBeGreaterThan(80)
    bob.client.socket.setFrozen(false)
    await rig.clock.run(1_000)
    await ask(ann, 'signal', typing, room)
    expect(pushes(bob, 'signal').length).toBeGreaterThan(1)
  })

  it('is dropped for a socket that is behind in the room', async () => {
    const { rig, ann, bob, ask, session } = await couple({
      ports: ({ eventStore, readModel }) => ({
        eventStore: { ...eventStore, readPages: () => new Promise(() => {}) },
        readModel,
      }),
    })
    await ask(bob, 'watch', { rooms: [room] })
    session(bob).rooms?.fallBehind()
    await ask(ann, 'signal', typing, room)
    expect(pushes(bob, 'signal')).toEqual([])
    expect(await ask(bob, 'signal', typing, room)).toEqual({ sent: false })
    expect(await rig.counted('chat_signals_dropped_total')).toBe(2)
  })

  it('is dropped beyond the rate of its socket, and the socket stays open', async () => {
    const { rig, ann, bob, ask } = await couple({ rates: { sessionSignalsBurst: 3, sessionSignalsPerMinute: 60 } })
    await ask(bob, 'watch', { rooms: [room] })
    const sent: unknown[] = []
    for (let count = 0; count < 200; count += 1) sent.push(await ask(ann, 'signal', typing, room))
    expect(sent.slice(0, 4)).toEqual([{ sent: true }, { sent: true }, { sent: true }, { sent: false }])
    expect(pushes(bob, 'signal').length).toBeLessThan(10)
    expect(ann.client.socket.isClosed).toBe(false)
    await rig.clock.run(1_000)
    expect(await ask(ann, 'signal', typing, room)).toEqual({ sent: true })
  })

  it('is dropped beyond the rate of its room on one gateway', async () => {
    const { ann, bob, ask } = await couple({ rates: { roomSignalsBurst: 2, roomSignalsPerMinute: 1 } })
    expect(await ask(ann, 'signal', typing, room)).toEqual({ sent: true })
    expect(await ask(bob, 'signal', typing, room)).toEqual({ sent: true })
    expect(await ask(ann, 'signal', typing, room)).toEqual({ sent: false })
  })

  it('reads the number of members once a minute, not once per signal', async () => {
    let reads = 0
    const { rig, ann, ask } = await couple({
      ports: ({ eventStore, readModel }) => ({
        eventStore,
        readModel: {
          ...readModel,
          memberCounts: (rooms) => {
            reads += 1
            return readModel.memberCounts(rooms)
          },
        },
      }),
    })
    for (let count = 0; count < 10; count += 1) await ask(ann, 'signal', typing, room)
    expect(reads).toBe(1)
    await rig.clock.run(60_000)
    await ask(ann, 'signal', typing, room)
    expect(reads).toBe(2)
  })

  it('of the kind typing is off above the limit of members, and custom ones are not', async () => {
    const { ann, bob, ask } = await couple({ limits: { signalMembers: 1 } })
    expect(await ask(bob, 'watch', { rooms: [room] })).toMatchObject({ rooms: { [room]: { signals: false, typing: [] } } })
    expect(await ask(ann, 'signal', typing, room)).toEqual({ sent: false })
    expect(await ask(ann, 'signal', { kind: 'x.cheer' }, room)).toEqual({ sent: true })
    expect(pushed(bob, 'signal')).toMatchObject([{ kind: 'x.cheer' }])
  })

  it('of a user who is typing is part of the answer to a watch, until it is over', async () => {
    const { rig, ann, bob, ask, device } = await couple()
    await ask(bob, 'watch', { rooms: [room] })
    await ask(ann, 'signal', typing, room)
    const phone = await device('bob')
    expect(await ask(phone, 'watch', { rooms: [room] })).toMatchObject({ rooms: { [room]: { typing: [ann.id] } } })
    await rig.clock.run(6_000)
    expect(await ask(phone, 'watch', { rooms: [room] })).toMatchObject({ rooms: { [room]: { typing: [] } } })
  })

  it('that is malformed is dropped and counted', async () => {
    const { rig, bob, ask } = await couple()
    await ask(bob, 'watch', { rooms: [room] })
    const texts = ['', '{}', '{"v":2,"signal":{}}', `{"v":1,"signal":{"user":"x","kind":"typing"}}`, 'x'.repeat(100_000)]
    for (const text of texts) await rig.publish(signalChannels.room(room), text)
    expect(pushes(bob, 'signal')).toEqual([])
    expect(await rig.counted('chat_publications_dropped_total')).toBe(texts.length)
  })
})

describe('The rule for signals', () => {
  const needs = (role: string) => ({ code: 'forbidden', details: { action: 'signal', needs: role } })
  const cheer = { kind: 'x.cheer' }

  /** Ann, who owns the chat, and Bob; `reads` counts the statements that read roles. */
  const owned = async (options: Parameters<typeof signalRig>[1] = {}) => {
    const reads = { count: 0, isDown: false }
    const opened = await couple({
      ...options,
      ports: ({ eventStore, readModel }) => ({
        eventStore,
        readModel: {
          ...readModel,
          signalRoles: (members) => {
            reads.count += 1
            if (reads.isDown) throw new StoreError('unavailable', 'away')
            return readModel.signalRoles(members)
          },
        },
      }),
    })
    const lastError = ({ client }: Member) => client.frames.findLast(({ error }) => error !== undefined)?.error
    return { ...opened, reads, lastError }
  }

  it('refuses a reader, and permits a member', async () => {
    const { ann, bob, ask, lastError } = await owned()
    await ask(ann, 'watch', { rooms: [room] })
    await ask(ann, 'update-members', { users: [bob.id], role: 'reader' }, room)
    expect(await ask(bob, 'signal', typing, room)).toBe('forbidden')
    expect(lastError(bob)).toMatchObject(needs('member'))
    expect(pushes(ann, 'signal')).toEqual([])
    await ask(ann, 'update-members', { users: [bob.id], role: 'member' }, room)
    expect(await ask(bob, 'signal', typing, room)).toEqual({ sent: true })
    expect(pushes(ann, 'signal')).toHaveLength(1)
  })

  it('is that of the chat, as soon as it changes', async () => {
    const { ann, bob, ask, lastError } = await owned()
    expect(await ask(bob, 'signal', cheer, room)).toEqual({ sent: true })
    await ask(ann, 'update-chat', { chat: { rules: { signal: 'moderator' } } }, room)
    expect(await ask(bob, 'signal', cheer, room)).toBe('forbidden')
    expect(lastError(bob)).toMatchObject(needs('moderator'))
    expect(await ask(ann, 'signal', cheer, room)).toEqual({ sent: true })
    await ask(ann, 'update-chat', { chat: { rules: { signal: 'reader' } } }, room)
    await ask(ann, 'update-members', { users: [bob.id], role: 'reader' }, room)
    expect(await ask(bob, 'signal', cheer, room)).toEqual({ sent: true })
  })

  it('costs one read a minute for each sender, and one after a change, not one per signal', async () => {
    const { rig, ann, bob, ask, reads } = await owned()
    for (let count = 0; count < 5; count += 1) for (const member of [ann, bob]) await ask(member, 'signal', cheer, room)
    expect(reads.count).toBe(2)
    await ask(ann, 'new-message', { msg: 'hi', type: 'text' }, room)
    await ask(bob, 'signal', cheer, room)
    expect(reads.count).toBe(2)
    await rig.clock.run(60_000)
    await ask(bob, 'signal', cheer, room)
    expect(reads.count).toBe(3)
  })

  it('leaves the rate of the room to those whom it permits', async () => {
    const { ann, bob, ask } = await owned({ rates: { roomSignalsBurst: 1, roomSignalsPerMinute: 1 } })
    await ask(ann, 'update-members', { users: [bob.id], role: 'reader' }, room)
    for (let count = 0; count < 5; count += 1) expect(await ask(bob, 'signal', cheer, room)).toBe('forbidden')
    expect(await ask(ann, 'signal', cheer, room)).toEqual({ sent: true })
  })

  it('drops signals while it cannot be read, and is read again afterwards', async () => {
    const { ann, ask, reads } = await owned()
    reads.isDown = true
    expect(await ask(ann, 'signal', cheer, room)).toEqual({ sent: false })
    reads.isDown = false
    expect(await ask(ann, 'signal', cheer, room)).toEqual({ sent: true })
  })
})

describe('A watch', () => {
  it('replaces the one before it, and ends with the socket', async () => {
    const { rig, ann, bob, ask } = await couple()
    await ask(bob, 'watch', { rooms: [room] })
    await ask(bob, 'watch', {})
    await ask(ann, 'signal', typing, room)
    expect(pushes(bob, 'signal')).toEqual([])
    await ask(bob, 'watch', { rooms: [room] })
    bob.client.close()
    await rig.settle()
    await ask(ann, 'signal', typing, room)
    expect(pushes(bob, 'signal')).toEqual([])
  })

  it('is refused with unavailable while the store is', async () => {
    const { bob, ask } = await couple({
      ports: ({ eventStore, readModel }) => ({
        eventStore,
        readModel: {
          ...readModel,
          memberCounts: async () => {
            throw new StoreError('unavailable', 'away')
          },
        },
      }),
    })
    expect(await ask(bob, 'watch', { rooms: [room] })).toBe('unavailable')
    expect(await ask(bob, 'signal', typing, room)).toEqual({ sent: false })
  })
})
