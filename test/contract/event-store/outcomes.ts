import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { Rejection } from '../../../shared/domain/rejections.ts'
import type { AppendResult, CommandKey, EventStore, StoredRejection } from '../../../shared/ports/event-store.ts'
import { commandKeyText } from '../../../shared/ports/event-store.ts'
import type { DomainEvent } from '../../../shared/room-events/room-events.ts'
import type { OpenStore } from '../stored-chat.ts'
import { append, chatCreated, fillRoom, messagePosted, tryAppend, written } from '../stored-chat.ts'
import { load, refuse as refuseAll } from './asking.ts'

const forbidden: Rejection = { type: 'Rejected', code: 'forbidden', message: `o'dd "text" \\ {1,2} 😀\n` }

const unknownUser: Rejection = { type: 'Rejected', code: 'unknown_user', message: 'some users do not exist' }

const keyOf = ({ room, commandId: id, digest }: StoredRejection): CommandKey => ({ room, id, digest })
const keyOfEvent = ({ stream: room, commandId: id, digest }: DomainEvent): CommandKey => ({ room, id, digest })

const refuse = (store: EventStore, ...rejections: readonly StoredRejection[]): Promise<AppendResult> =>
  refuseAll(store, rejections)

const no = (room: string, rejection = forbidden): StoredRejection => ({
  room,
  commandId: randomUUID(),
  digest: 'the digest',
  rejection,
})

export const outcomeTests = (opened: () => OpenStore): void => {
  it('returns events and rejections in the order of the keys, and undefined for unknown commands', async () => {
    const { store } = opened()
    const user = randomUUID()
    const room = await fillRoom(store, [user], 0)
    const posted = messagePosted(room, 2, user)
    const refused = no(room)
    await append(store, posted)
    await refuse(store, refused)
    const keys = [keyOf(refused), { room, id: randomUUID(), digest: 'd' }, keyOfEvent(posted), keyOf(refused)]
    const outcomes = await store.outcomes(keys)
    const rejection = { kind: 'rejection', digest: 'the digest', rejection: forbidden }
    expect(outcomes).toEqual([
      rejection,
      undefined,
      {
        kind: 'event',
        digest: posted.digest,
        event: expect.objectContaining({ seq: 2, stream: room, data: JSON.stringify(posted.body) }),
      },
      rejection,
    ])
  })

  it('returns no outcome for no keys', async () => {
    const { store } = opened()
    expect(await store.outcomes([])).toEqual([])
    expect(await store.readPages([])).toEqual([])
  })

  it('returns the details of a rejection unchanged', async () => {
    const { store } = opened()
    const room = randomUUID()
    const details = { users: [randomUUID(), randomUUID()], reason: 'z\\"', nested: { b: 1, a: [null, true, 1.5] } }
    const refused = no(room, { type: 'Rejected', code: 'unknown_user', message: '', details })
    await refuse(store, refused)
    const [outcome] = await store.outcomes([keyOf(refused)])
    expect(outcome).toEqual({ kind: 'rejection', digest: 'the digest', rejection: refused.rejection })
    expect(JSON.stringify(outcome?.kind === 'rejection' && outcome.rejection.details)).toBe(JSON.stringify(details))
  })

  it('records a rejection in a room that does not exist', async () => {
    const { store } = opened()
    const refused = no(randomUUID())
    await refuse(store, refused)
    const [outcome] = await store.outcomes([keyOf(refused)])
    expect(outcome).toMatchObject({ kind: 'rejection' })
  })

  it('refuses a second rejection of the same command', async () => {
    const { store } = opened()
    const refused = no(randomUUID())
    await refuse(store, refused)
    expect(await refuse(store, { ...refused, rejection: unknownUser })).toBe('stale')
    expect(await store.outcomes([keyOf(refused)])).toMatchObject([{ rejection: forbidden }])
  })

  it('refuses a second rejection under an id that a rejection other than `forbidden` holds', async () => {
    const { store } = opened()
    const refused = no(randomUUID(), unknownUser)
    await refuse(store, refused)
    expect(await refuse(store, { ...refused, digest: 'another' })).toBe('stale')
    expect(await store.outcomes([keyOf(refused), { ...keyOf(refused), digest: 'another' }])).toEqual([
      { kind: 'rejection', digest: 'the digest', rejection: unknownUser },
      undefined,
    ])
  })

  it('stores other rejections and an event under an id with `forbidden` rejections', async () => {
    const { store } = opened()
    const user = randomUUID()
    const [room, other] = [await fillRoom(store, [user], 0), randomUUID()]
    const posted = messagePosted(room, 2, user)
    const [first, second] = ['first', 'second'].map((digest) => ({ ...no(room), commandId: posted.commandId, digest }))
    if (first === undefined || second === undefined) throw new Error('two rejections must be made')
    await refuse(store, first)
    await append(store, posted)
    await refuse(store, second)
    expect(await store.outcomes([keyOf(second), keyOfEvent(posted), keyOf(first)])).toMatchObject([
      { kind: 'rejection', digest: 'second' },
      { kind: 'event', event: { seq: 2 } },
      { kind: 'rejection', digest: 'first' },
    ])
    const refused = { ...no(other), digest: 'first' }
    const keeping = { ...no(other, unknownUser), commandId: refused.commandId, digest: 'second' }
    await refuse(store, refused)
    await refuse(store, keeping)
    expect(await store.outcomes([keyOf(refused), keyOf(keeping)])).toMatchObject([
      { rejection: { code: 'forbidden' } },
      { rejection: { code: 'unknown_user' } },
    ])
  })

  it('refuses an event after a rejection of the same command, and after one that holds its id', async () => {
    const { store } = opened()
    const user = randomUUID()
    const room = await fillRoom(store, [user], 0)
    const posted = messagePosted(room, 2, user)
    const rejections = [
      { ...no(room), commandId: posted.commandId, digest: posted.digest },
      { ...no(room, unknownUser), commandId: posted.commandId, digest: 'another' },
    ]
    for (const rejection of rejections) {
      await refuse(store, rejection)
      expect(await tryAppend(store, { events: [written(posted)] })).toBe('stale')
    }
    expect(await store.outcomes([keyOfEvent(posted)])).toMatchObject([{ kind: 'rejection' }])
  })

  it.each(['forbidden', 'unknown_user'] as const)(
    'refuses a rejection (%s) whose outcome was not read under the id of an event or of a rejection that keeps it',
    async (code) => {
      const { store } = opened()
      const user = randomUUID()
      const room = await fillRoom(store, [user], 0)
      const kept = no(room, unknownUser)
      await refuse(store, kept)
      for (const commandId of [room, kept.commandId]) {
        const rejection = { ...no(room, { ...forbidden, code }), commandId, digest: 'another' }
        expect(await refuseAll(store, [rejection], [room])).toBe('stale')
        expect(await store.outcomes([keyOf(rejection)])).toEqual([undefined])
      }
    },
  )

  it('returns undefined for a command with another digest', async () => {
    const { store } = opened()
    const user = randomUUID()
    const room = await fillRoom(store, [user], 0)
    const posted = messagePosted(room, 2, user)
    await append(store, posted)
    expect(await store.outcomes([{ ...keyOfEvent(posted), digest: 'another' }])).toEqual([undefined])
  })

  it('loads the outcomes of commands by room and command id', async () => {
    const { store } = opened()
    const user = randomUUID()
    const [room, other] = [await fillRoom(store, [user], 0), randomUUID()]
    const refused = no(room)
    await refuse(store, refused)
    const commands = [{ room, id: room, digest: 'd' }, keyOf(refused), { ...keyOf(refused), room: other }]
    const { outcomes } = await load(store, { rooms: [room, other], commands })
    expect([...outcomes.keys()].toSorted()).toEqual(
      [commandKeyText(room, room), commandKeyText(room, refused.commandId)].toSorted(),
    )
    expect(outcomes.get(commandKeyText(room, room))).toMatchObject([{ kind: 'event', event: { seq: 1 } }])
    expect(outcomes.get(commandKeyText(room, refused.commandId))).toMatchObject([{ rejection: forbidden }])
  })

  it('loads the rejection that holds an id for a command with another digest, but no `forbidden` one', async () => {
    const { store } = opened()
    const room = randomUUID()
    const keeping = no(room, unknownUser)
    const refused = { ...no(room), commandId: keeping.commandId, digest: 'another' }
    const alone = no(room)
    await refuse(store, keeping, refused, alone)
    const commands = [keyOf(keeping), keyOf(alone)].map((key) => ({ ...key, digest: 'a third' }))
    const { outcomes } = await load(store, { rooms: [room], commands })
    expect([...outcomes]).toEqual([
      [commandKeyText(room, keeping.commandId), [{ kind: 'rejection', digest: keeping.digest, rejection: unknownUser }]],
    ])
  })

  it('does not return the outcome of another room', async () => {
    const { store } = opened()
    const room = randomUUID()
    await append(store, chatCreated(room, [randomUUID()]))
    expect(await store.outcomes([{ room: randomUUID(), id: room, digest: `digest of ${room}` }])).toEqual([undefined])
  })
}
