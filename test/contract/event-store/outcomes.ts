import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { Rejection } from '../../../shared/domain/rejections.ts'
import type { EventStore, StoredRejection } from '../../../shared/ports/event-store.ts'
import { commandKeyText } from '../../../shared/ports/event-store.ts'
import type { OpenStore } from '../stored-chat.ts'
import { append, chatCreated, fillRoom, messagePosted, touching } from '../stored-chat.ts'
import { clash, load } from './asking.ts'

const forbidden: Rejection = { type: 'Rejected', code: 'forbidden', message: `o'dd "text" \\ {1,2} 😀\n` }

const refuse = (store: EventStore, ...rejections: readonly StoredRejection[]): Promise<void> =>
  store.transact(touching({ rooms: rejections.map(({ room }) => room) }), () => ({ events: [], rejections }))

const no = (room: string, rejection = forbidden): StoredRejection => ({
  room,
  commandId: randomUUID(),
  digest: 'the digest',
  rejection,
})

export const outcomeTests = (opened: () => OpenStore): void => {
  it('answers for events and rejections in the order asked, and with undefined for what it does not know', async () => {
    const { store } = opened()
    const user = randomUUID()
    const room = await fillRoom(store, [user], 0)
    const posted = messagePosted(room, 2, user)
    const refused = no(room)
    await append(store, posted)
    await refuse(store, refused)
    const ids = [refused.commandId, randomUUID(), posted.commandId, refused.commandId]
    const outcomes = await store.outcomes(ids.map((id) => ({ room, id })))
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

  it('answers nothing to no question', async () => {
    const { store } = opened()
    expect(await store.outcomes([])).toEqual([])
    expect(await store.readPages([])).toEqual([])
  })

  it('keeps the details of a rejection as they were', async () => {
    const { store } = opened()
    const room = randomUUID()
    const details = { users: [randomUUID(), randomUUID()], reason: 'z\\"', nested: { b: 1, a: [null, true, 1.5] } }
    const refused = no(room, { type: 'Rejected', code: 'unknown_user', message: '', details })
    await refuse(store, refused)
    const [outcome] = await store.outcomes([{ room, id: refused.commandId }])
    expect(outcome).toEqual({ kind: 'rejection', digest: 'the digest', rejection: refused.rejection })
    expect(JSON.stringify(outcome?.kind === 'rejection' && outcome.rejection.details)).toBe(JSON.stringify(details))
  })

  it('records a rejection in a room that does not exist', async () => {
    const { store } = opened()
    const refused = no(randomUUID())
    await refuse(store, refused)
    const [outcome] = await store.outcomes([{ room: refused.room, id: refused.commandId }])
    expect(outcome).toMatchObject({ kind: 'rejection' })
  })

  it('refuses a second rejection of one command', async () => {
    const { store } = opened()
    const refused = no(randomUUID())
    await refuse(store, refused)
    await expect(refuse(store, { ...refused, digest: 'another' })).rejects.toMatchObject(clash)
    const [outcome] = await store.outcomes([{ room: refused.room, id: refused.commandId }])
    expect(outcome?.digest).toBe('the digest')
  })

  it('loads recorded outcomes for deciding, by room and command id', async () => {
    const { store } = opened()
    const user = randomUUID()
    const [room, other] = [await fillRoom(store, [user], 0), randomUUID()]
    const refused = no(room)
    await refuse(store, refused)
    const commands = [
      { room, id: room },
      { room, id: refused.commandId },
      { room: other, id: refused.commandId },
    ]
    const { outcomes } = await load(store, { rooms: [room, other], commands })
    expect([...outcomes.keys()].toSorted()).toEqual(
      [commandKeyText(room, room), commandKeyText(room, refused.commandId)].toSorted(),
    )
    expect(outcomes.get(commandKeyText(room, room))).toMatchObject({ kind: 'event', event: { seq: 1 } })
    expect(outcomes.get(commandKeyText(room, refused.commandId))).toMatchObject({ kind: 'rejection', rejection: forbidden })
  })

  it('does not answer for one room with what another has', async () => {
    const { store } = opened()
    const room = randomUUID()
    await append(store, chatCreated(room, [randomUUID()]))
    expect(await store.outcomes([{ room: randomUUID(), id: room }])).toEqual([undefined])
  })
}
