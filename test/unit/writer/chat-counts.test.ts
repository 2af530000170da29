import { describe, expect, it } from 'vitest'
import { add, ann, bob, cleo, createChat, post, remove, room, uuid } from '../domain/chat-fixtures.ts'
import { withUsers } from './users.ts'
import type { WriterRig } from './writer-rig.ts'
import { writerRig } from './writer-rig.ts'

const [second, third] = [uuid(1, 2), uuid(1, 3)]
const rigWithLimit = async (): Promise<WriterRig> => withUsers(await writerRig({ limits: { chatsPerUser: 2 } }))

const refusal = (...users: readonly string[]) => ({
  code: 'invalid',
  details: { field: 'body.users', reason: 'a user is in at most 2 chats', users },
})

describe('The limit of chats per user', () => {
  it('rejects a command that exceeds the limit, also when the other chats are decided in the same batch', async () => {
    for (const cut of [1, 2, 3]) {
      const rig = await rigWithLimit()
      const chats = [
        createChat(ann, [bob]),
        createChat(cleo, [bob], { room: second }),
        createChat(ann, [bob, cleo], { room: third }),
      ]
      await rig.send(...chats.slice(0, cut))
      await rig.send(...chats.slice(cut))
      expect(rig.outcomeLines()).toMatchObject([{ room: third, error: refusal(bob) }])
    }
  })

  it('accepts a user into another chat after the user has left one, also in the same batch', async () => {
    const rig = await rigWithLimit()
    await rig.send(createChat(ann, [bob]), createChat(cleo, [bob], { room: second }), createChat(ann, [], { room: third }))
    await rig.send(remove(bob, [bob]), add(ann, [bob], { room: third }), post(bob, 'in', { room: third }))
    expect(rig.outcomeLines()).toEqual([])
  })

  it('reads no counts from the store for a batch that adds no user', async () => {
    const counted: (readonly string[])[] = []
    const rig = await withUsers(
      await writerRig({
        store: (store) => ({
          ...store,
          openAppender: async () => {
            const appender = await store.openAppender()
            return {
              ...appender,
              read: (wanted) => {
                counted.push(wanted.chatCounts.users)
                return appender.read(wanted)
              },
            }
          },
        }),
      }),
    )
    await rig.send(createChat(ann, [bob]))
    counted.length = 0
    await rig.send(post(ann), post(cleo), remove(bob, [bob]), post(ann, 'again', { room }))
    expect(counted).toEqual([[]])
  })
})
