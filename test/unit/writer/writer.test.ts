import { describe, expect, it } from 'vitest'
import { serverFrame } from '../../../shared/protocol/answers.ts'
import { readNotice } from '../../../shared/records/publications.ts'
import { add, ann, at, bob, cleo, createChat, post, remove, room, stranger, uuid } from '../domain/chat-fixtures.ts'
import { createUser, withUsers } from './users.ts'
import { recordOf, writerRig } from './writer-rig.ts'

const rigWithUsers = async () => withUsers(await writerRig())

describe('The publications to a room', () => {
  it('are one per batch, with the frames for sockets in seq order', async () => {
    const rig = await rigWithUsers()
    const other = uuid(1, 2)
    await rig.send(createChat(ann, [bob]), post(ann, 'one'), createChat(bob, [], { room: other }), post(bob, 'two'))
    expect(rig.roomPublications().map(({ room, events }) => [room, events.map(({ seq, event }) => [seq, event])])).toEqual([
      [
        room,
        [
          [1, 'create-chat'],
          [2, 'new-message'],
          [3, 'new-message'],
        ],
      ],
      [other, [[1, 'create-chat']]],
    ])
    for (const { events } of rig.roomPublications()) {
      for (const { frame } of events) expect(serverFrame.safeParse(JSON.parse(frame ?? '')).success).toBe(true)
    }
  })

  it('name command and digest, so that gateways find the waiting sender', async () => {
    const rig = await rigWithUsers()
    const message = post(ann)
    await rig.send(createChat(ann, []), message)
    expect(rig.roomPublications()[0]?.events[1]).toMatchObject({ commandId: message.id, digest: message.digest })
  })

  it('include the recorded events of repeated commands, each seq once', async () => {
    const rig = await rigWithUsers()
    const [first, second] = [post(ann, 'one'), post(ann, 'two')]
    await rig.send(createChat(ann, []), first)
    rig.clear()
    await rig.send(second, first, second)
    expect(rig.roomPublications().map(({ events }) => events.map(({ seq }) => seq))).toEqual([[2, 3]])
    expect(rig.memory.events().filter(({ stream }) => stream === room)).toHaveLength(3)
  })

  it('name events without their frames if the frames would exceed the size limit', async () => {
    const rig = await withUsers(await writerRig({ bounds: { publicationBytes: 1_200 } }))
    await rig.send(createChat(ann, []), post(ann, 'x'.repeat(400)), post(ann, 'y'.repeat(400)))
    const [publication] = rig.roomPublications()
    expect(publication?.events.map(({ seq, frame }) => [seq, frame !== undefined])).toEqual([
      [1, true],
      [2, false],
      [3, false],
    ])
  })

  it('are several per batch only if the header alone would exceed the size limit', async () => {
    const rig = await withUsers(await writerRig({ bounds: { publicationBytes: 600 } }))
    await rig.send(createChat(ann, []), ...Array.from({ length: 11 }, () => post(ann)))
    const seqs = rig.roomPublications().map(({ events }) => events.map(({ seq }) => seq))
    expect(seqs.length).toBeGreaterThan(1)
    expect(seqs.flat()).toEqual(Array.from({ length: 12 }, (_, index) => index + 1))
    for (const { payload } of rig.published) expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(600)
  })
})

describe('The outcomes published to gateways', () => {
  it('omit new events whose senders follow the room', async () => {
    const rig = await rigWithUsers()
    await rig.send(createChat(ann, []), post(ann))
    expect(rig.outcomeLines()).toEqual([])
  })

  it('include a new event with its seq if the sender does not follow the room', async () => {
    const rig = await rigWithUsers()
    const message = post(ann, 'hello')
    await rig.deliver([recordOf(createChat(ann, [])), recordOf(message, { isDirect: true })])
    const [line] = rig.outcomeLines()
    expect(line).toMatchObject({ room, command: message.id, digest: message.digest, seq: 2 })
    expect(JSON.parse(line?.body ?? '')).toMatchObject({ id: message.id, msg: 'hello' })
  })

  it('include a rejection with code and details', async () => {
    const rig = await rigWithUsers()
    const [chat, message] = [createChat(ann, [stranger]), post(cleo)]
    await rig.send(chat, message)
    expect(rig.outcomeLines()).toMatchObject([
      { room, command: room, error: { code: 'unknown_user', details: { users: [stranger] } } },
      { room, command: message.id, error: { code: 'forbidden' } },
    ])
  })

  it('include the recorded outcome of a repeated command, rejections too, even if the decision would be different now', async () => {
    const rig = await rigWithUsers()
    const [early, posted] = [post(bob, 'too early'), post(ann, 'in time')]
    await rig.send(createChat(ann, []), early, posted)
    rig.clear()
    await rig.send(add(ann, [bob]), early, posted)
    expect(rig.outcomeLines()).toMatchObject([
      { command: early.id, error: { code: 'forbidden' } },
      { command: posted.id, seq: 2 },
    ])
  })

  it('include a conflict, which is not recorded, for a different command under a used id', async () => {
    const rig = await rigWithUsers()
    const message = post(ann, 'one')
    await rig.send(createChat(ann, []), message)
    const other = { ...message, digest: 'another', body: { msg: 'two', type: 'text' } }
    await rig.send(other)
    expect(rig.outcomeLines()).toMatchObject([{ command: message.id, digest: 'another', error: { code: 'conflict' } }])
    expect(rig.memory.events().filter(({ stream }) => stream === room)).toHaveLength(2)
    expect(rig.counted).toContain('conflict')
  })

  it('include the user for the first create-user and for every repeated one', async () => {
    const rig = await writerRig()
    await rig.send(createUser(1), createUser(1, { id: uuid(4, 1), digest: 'other' }))
    await rig.send(createUser(1, { id: uuid(4, 2), digest: 'another' }))
    const users = rig.outcomeLines().map(({ room, body }) => [room, JSON.parse(body ?? '').user.id])
    expect(users).toEqual([
      ['ext-1', ann],
      ['ext-1', ann],
      ['ext-1', ann],
    ])
  })

  it('are one publication per gateway, after the publications to rooms', async () => {
    const rig = await rigWithUsers()
    const strangers = ['g1', 'g2', 'g1'].map((gateway) => recordOf(post(cleo), { gateway }))
    await rig.deliver([...strangers, recordOf(createChat(ann, [bob]))])
    expect(rig.published.map(({ channel }) => channel)).toEqual([
      `room:${room}`,
      'gateway:g1',
      'gateway:g2',
      `user:${ann}`,
      `user:${bob}`,
    ])
    expect(rig.outcomeLines('g1')).toHaveLength(2)
  })
})

describe('The notices to users', () => {
  it('name each change of their memberships, with the seq after which it holds', async () => {
    const rig = await rigWithUsers()
    await rig.send(createChat(ann, [bob]), post(ann), add(ann, [cleo, bob]), remove(ann, [bob]))
    const notices = rig.published
      .filter(({ channel }) => channel.startsWith('user:'))
      .map(({ channel, payload }) => [channel.slice(5), readNotice(Buffer.from(payload))])
    expect(notices).toEqual([
      [ann, { room, since: 0 }],
      [bob, { room, since: 0 }],
      [cleo, { room, since: 2 }],
      [bob, { room, since: 4 }],
    ])
  })
})

describe('The records in the event stream', () => {
  it('are all events, keyed by stream, as the frame with the version as first field', async () => {
    const rig = await writerRig()
    await rig.send(createUser(1), createChat(ann, []), post(ann, 'hello', { at: at(7) }))
    expect(rig.streamed.map(({ key }) => key)).toEqual([ann, room, room])
    expect(rig.streamed.map(({ value }) => JSON.parse(value))).toMatchObject([
      { v: 1, event: 'create-user', room: ann, seq: 1, body: { user: { externalUserId: 'ext-1' } } },
      { v: 1, event: 'create-chat', room, seq: 1 },
      { v: 1, event: 'new-message', room, seq: 2, body: { msg: 'hello', created_at: at(7) } },
    ])
    const frame = rig.roomPublications()[0]?.events[1]?.frame ?? 'no frame'
    expect(rig.streamed[2]?.value).toBe(`{"v":1,${frame.slice(1)}`)
  })

  it('include no rejections', async () => {
    const rig = await rigWithUsers()
    await rig.send(post(ann))
    expect(rig.streamed).toEqual([])
  })
})
