import { describe, expect, it } from 'vitest'
import { PublishError } from '../../../shared/ports/command-log.ts'
import type { EventStore } from '../../../shared/ports/event-store.ts'
import { ann, createChat, post, room, uuid } from '../domain/chat-fixtures.ts'
import { createUser, withUsers } from './users.ts'
import { messagesOf, recordOf, writerRig } from './writer-rig.ts'

const rigWithUsers = async () => withUsers(await writerRig())

describe('A record that cannot be read', () => {
  const command = post(ann)
  const good = recordOf(command)
  const upper = room.replace('0', 'A')
  const cases = [
    ['that is not JSON', 'unreadable command: record: invalid_type', { ...good, value: '{' }],
    ['of an unknown version', 'unreadable command: v: invalid_value', { ...good, value: good.value.replace('"v":1', '"v":2') }],
    [
      'of an unknown type',
      'unreadable command: type: invalid_union',
      { ...good, value: good.value.replace('PostMessage', 'Post') },
    ],
    ['whose key is not its room', 'the key is not the room', { ...good, key: uuid(1, 5) }],
    [
      'whose ids are not in lower case',
      'an id is not in lower case',
      { ...good, key: upper, value: good.value.replace(room, upper) },
    ],
    [
      'with characters in its digest that need escaping',
      'digest: not plain text',
      { ...good, value: good.value.replace(command.digest, '\\" x') },
    ],
    ['that creates a chat under another id', 'id: not the chat itself', recordOf(createChat(ann, [], { id: uuid(3, 999) }))],
    ['that creates a user under another key', 'body.externalUserId: not the key', recordOf(createUser(5, { stream: 'ext-6' }))],
  ] as const

  it.each(cases)(
    '%s is dead-lettered, its sender receives internal, and its neighbours are stored',
    async (_what, reason, poison) => {
      const rig = await rigWithUsers()
      await rig.deliver([recordOf(createChat(ann, [])), recordOf(post(ann, 'before')), poison, recordOf(post(ann, 'after'))])
      expect(messagesOf(rig)).toEqual(['before', 'after'])
      expect(rig.deadLettered).toEqual([{ record: poison, reason }])
      expect(rig.outcomeLines()).toMatchObject([
        { room: poison.key, command: poison.headers.command, error: { code: 'internal' } },
      ])
      expect(rig.counted.filter((what) => what === 'dead letter')).toHaveLength(1)
    },
  )

  it('is dead-lettered also if its headers name no command', async () => {
    const rig = await rigWithUsers()
    await rig.deliver([{ ...good, value: 'nonsense', headers: {} }])
    expect(rig.deadLettered).toHaveLength(1)
    expect(rig.published).toEqual([])
  })

  it('is not answered if its headers contain characters that need escaping', async () => {
    const rig = await rigWithUsers()
    await rig.deliver([{ ...good, value: 'nonsense', headers: { ...good.headers, command: 'x"\n{' } }])
    expect(rig.deadLettered).toHaveLength(1)
    expect(rig.published).toEqual([])
  })

  it('is answered only after it is dead-lettered, also if that needs several attempts', async () => {
    const rig = await rigWithUsers()
    rig.faults.deadLetter.next.push(new PublishError('unknown', 'timed out'), new PublishError('refused', 'no leader'))
    await rig.deliver([{ ...good, value: 'nonsense' }])
    expect(rig.steps.slice(-2)).toEqual(['dead-lettered', 'published'])
    expect(rig.counted.filter((what) => what === 'retry: dead-letter')).toHaveLength(2)
  })

  it('leaves no content in its reason or in the log', async () => {
    const rig = await rigWithUsers()
    await rig.deliver([{ ...good, value: '{"v":1,"canary":"secret words"}' }])
    expect(rig.deadLettered[0]?.reason).toMatch(/^unreadable command: /)
    expect(JSON.stringify([rig.deadLettered[0]?.reason, rig.logged])).not.toContain('secret words')
  })
})

describe('A record that the store refuses for its content', () => {
  const refused = (n: number) => createChat(ann, [], { room: uuid(1, n), name: 'nul \0 here' })

  it('is isolated and dead-lettered, and its neighbours are stored in order', async () => {
    const rig = await rigWithUsers()
    const messages = Array.from({ length: 9 }, (_, index) => post(ann, `message ${index}`))
    const batch = [createChat(ann, []), ...messages.slice(0, 4), refused(7), ...messages.slice(4), refused(8)]
    await rig.send(...batch)
    expect(messagesOf(rig)).toEqual(messages.map(({ body }) => body.msg))
    expect(rig.deadLettered.map(({ record }) => record.key)).toEqual([uuid(1, 7), uuid(1, 8)])
    expect(rig.outcomeLines()).toMatchObject([
      { room: uuid(1, 7), error: { code: 'internal' } },
      { room: uuid(1, 8), error: { code: 'internal' } },
    ])
    expect(rig.roomPublications().map(({ events }) => events.length)).toEqual([10])
  })

  it('is isolated also if the decider throws', async () => {
    const broken = uuid(1, 9)
    const rig = await withUsers(await writerRig({ store: (store) => failingAt(store, broken) }))
    await rig.send(createChat(ann, []), post(ann, 'before'), post(ann, 'broken', { room: broken }), post(ann, 'after'))
    expect(messagesOf(rig)).toEqual(['before', 'after'])
    expect(rig.deadLettered.map(({ record, reason }) => [record.key, reason])).toEqual([[broken, 'deciding failed: TypeError']])
  })
})

/** A store whose state of one room makes the decider throw. */
const failingAt = (store: EventStore, room: string): EventStore => ({
  ...store,
  openAppender: async () => {
    const appender = await store.openAppender()
    return {
      ...appender,
      read: async (wanted) => {
        const snapshot = await appender.read(wanted)
        const chats = new Map(snapshot.chats)
        if (wanted.rooms.includes(room)) chats.set(room, { seq: 1 } as never)
        return { ...snapshot, chats }
      },
    }
  },
})
