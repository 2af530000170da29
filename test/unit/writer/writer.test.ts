import { describe, expect, it } from 'vitest'
import { serverFrame } from '../../../shared/protocol/answers.ts'
import { readNotice } from '../../../shared/records/publications.ts'
import { add, ann, at, bob, cleo, createChat, post, remove, room, stranger, uuid } from '../domain/chat-fixtures.ts'
import { createUser, withUsers } from './users.ts'
import { recordOf, writerRig } from './writer-rig.ts'

const rigWithUsers = async () => withUsers(await writerRig())

describe('what the writer tells a room', () => {
  it('is one publication for each batch, with the frames that sockets get, in seq order', async () => {
    const rig = await rigWithUsers()
    const other = uuid(1, 2)
    await rig.send(createChat(ann, [bob]), post(ann, 'one'), createChat(bob, [], { room: other }), post(bob, 'two'))
    expect(rig.toRooms().map(({ room, events }) => [room, events.map(({ seq, event }) => [seq, event])])).toEqual([
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
    for (const { events } of rig.toRooms()) {
      for (const { frame } of events) expect(serverFrame.safeParse(JSON.parse(frame ?? '')).success).toBe(true)
    }
  })

  it('names command and digest, so that gateways find who waits for it', async () => {
    const rig = await rigWithUsers()
    const message = post(ann)
    await rig.send(createChat(ann, []), message)
    expect(rig.toRooms()[0]?.events[1]).toMatchObject({ commandId: message.id, digest: message.digest })
  })

  it('includes what was recorded earlier when it is sent again, each seq once', async () => {
    const rig = await rigWithUsers()
    const [first, second] = [post(ann, 'one'), post(ann, 'two')]
    await rig.send(createChat(ann, []), first)
    rig.forget()
    await rig.send(second, first, second)
    expect(rig.toRooms().map(({ events }) => events.map(({ seq }) => seq))).toEqual([[2, 3]])
    expect(rig.memory.events().filter(({ stream }) => stream === room)).toHaveLength(3)
  })

  it('announces without frames what would pass the bound', async () => {
    const rig = await withUsers(await writerRig({ bounds: { publicationBytes: 1_200 } }))
    await rig.send(createChat(ann, []), post(ann, 'x'.repeat(400)), post(ann, 'y'.repeat(400)))
    const [publication] = rig.toRooms()
    expect(publication?.events.map(({ seq, frame }) => [seq, frame !== undefined])).toEqual([
      [1, true],
      [2, false],
      [3, false],
    ])
  })

  it('comes in several publications only when the header alone would pass the bound', async () => {
    const rig = await withUsers(await writerRig({ bounds: { publicationBytes: 600 } }))
    await rig.send(createChat(ann, []), ...Array.from({ length: 11 }, () => post(ann)))
    const seqs = rig.toRooms().map(({ events }) => events.map(({ seq }) => seq))
    expect(seqs.length).toBeGreaterThan(1)
    expect(seqs.flat()).toEqual(Array.from({ length: 12 }, (_, index) => index + 1))
    for (const { payload } of rig.published) expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(600)
  })
})

describe('what the writer tells gateways', () => {
  it('is nothing of new events whose senders follow the room', async () => {
    const rig = await rigWithUsers()
    await rig.send(createChat(ann, []), post(ann))
    expect(rig.toGateway()).toEqual([])
  })

  it('is a new event, with its place, where the sender does not follow the room', async () => {
    const rig = await rigWithUsers()
    const message = post(ann, 'hello')
    await rig.deliver([recordOf(createChat(ann, [])), recordOf(message, { isDirect: true })])
    const [line] = rig.toGateway()
    expect(line).toMatchObject({ room, command: message.id, digest: message.digest, seq: 2 })
    expect(JSON.parse(line?.body ?? '')).toMatchObject({ id: message.id, msg: 'hello' })
  })

  it('is a rejection with code and details', async () => {
    const rig = await rigWithUsers()
    const [chat, message] = [createChat(ann, [stranger]), post(cleo)]
    await rig.send(chat, message)
    expect(rig.toGateway()).toMatchObject([
      { room, command: room, error: { code: 'unknown_user', details: { users: [stranger] } } },
      { room, command: message.id, error: { code: 'forbidden' } },
    ])
  })

  it('is the recorded outcome of a command sent again, rejections included, even if it would now be decided otherwise', async () => {
    const rig = await rigWithUsers()
    const [early, posted] = [post(bob, 'too early'), post(ann, 'in time')]
    await rig.send(createChat(ann, []), early, posted)
    rig.forget()
    await rig.send(add(ann, [bob]), early, posted)
    expect(rig.toGateway()).toMatchObject([
      { command: early.id, error: { code: 'forbidden' } },
      { command: posted.id, seq: 2 },
    ])
  })

  it('is a conflict, which is not recorded, for anything else under a known id', async () => {
    const rig = await rigWithUsers()
    const message = post(ann, 'one')
    await rig.send(createChat(ann, []), message)
    const other = { ...message, digest: 'another', body: { msg: 'two', type: 'text' } }
    await rig.send(other)
    expect(rig.toGateway()).toMatchObject([{ command: message.id, digest: 'another', error: { code: 'conflict' } }])
    expect(rig.memory.events().filter(({ stream }) => stream === room)).toHaveLength(2)
    expect(rig.counted).toContain('conflict')
  })

  it('is the user, for the first create-user and for every later one', async () => {
    const rig = await writerRig()
    await rig.send(createUser(1), createUser(1, { id: uuid(4, 1), digest: 'other' }))
    await rig.send(createUser(1, { id: uuid(4, 2), digest: 'another' }))
    const users = rig.toGateway().map(({ room, body }) => [room, JSON.parse(body ?? '').user.id])
    expect(users).toEqual([
      ['ext-1', ann],
      ['ext-1', ann],
      ['ext-1', ann],
    ])
  })

  it('goes to each gateway in one publication, after what goes to rooms', async () => {
    const rig = await rigWithUsers()
    const strangers = ['g1', 'g2', 'g1'].map((gateway) => recordOf(post(cleo), { gateway }))
    await rig.deliver([...strangers, recordOf(createChat(ann, [bob]))])
    expect(rig.published.map(({ channel: topic }) => topic)).toEqual([
      `room:${room}`,
      'gateway:g1',
      'gateway:g2',
      `user:${ann}`,
      `user:${bob}`,
    ])
    expect(rig.toGateway('g1')).toHaveLength(2)
  })
})

describe('what the writer tells users', () => {
  it('is a notice of each change of their memberships, with the place from which it holds', async () => {
    const rig = await rigWithUsers()
    await rig.send(createChat(ann, [bob]), post(ann), add(ann, [cleo, bob]), remove(ann, [bob]))
    const notices = rig.published
      .filter(({ channel: topic }) => topic.startsWith('user:'))
      .map(({ channel: topic, payload }) => [topic.slice(5), readNotice(Buffer.from(payload))])
    expect(notices).toEqual([
      [ann, { room, since: 0 }],
      [bob, { room, since: 0 }],
      [cleo, { room, since: 2 }],
      [bob, { room, since: 4 }],
    ])
  })
})

describe('what the writer tells the event stream', () => {
  it('is every event, keyed by its stream, as the frame with the version at its head', async () => {
    const rig = await writerRig()
    await rig.send(createUser(1), createChat(ann, []), post(ann, 'hello', { at: at(7) }))
    expect(rig.streamed.map(({ key }) => key)).toEqual([ann, room, room])
    expect(rig.streamed.map(({ value }) => JSON.parse(value))).toMatchObject([
      { v: 1, event: 'create-user', room: ann, seq: 1, body: { user: { externalUserId: 'ext-1' } } },
      { v: 1, event: 'create-chat', room, seq: 1 },
      { v: 1, event: 'new-message', room, seq: 2, body: { msg: 'hello', created_at: at(7) } },
    ])
    const frame = rig.toRooms()[0]?.events[1]?.frame ?? 'no frame'
    expect(rig.streamed[2]?.value).toBe(`{"v":1,${frame.slice(1)}`)
  })

  it('is no rejection', async () => {
    const rig = await rigWithUsers()
    await rig.send(post(ann))
    expect(rig.streamed).toEqual([])
  })
})
