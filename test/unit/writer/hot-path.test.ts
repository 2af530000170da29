import { describe, expect, it } from 'vitest'
import { ann, at, createChat, edit, post, room, uuid } from '../domain/chat-fixtures.ts'
import { memoryStore } from '../memory-store/memory-store.ts'
import { createUser } from './users.ts'
import { writerRig } from './writer-rig.ts'

/** A writer that remembers a room, and the calls that it makes of its store. */
const rigWithRoom = async () => {
  const calls: string[] = []
  const rig = await writerRig({
    memory: memoryStore(),
    store: (store) => ({
      ...store,
      openAppender: async () => {
        const appender = await store.openAppender()
        return {
          ...appender,
          read: (wanted) => {
            calls.push('read')
            return appender.read(wanted)
          },
          append: (batch) => {
            calls.push('append')
            return appender.append(batch)
          },
        }
      },
    }),
  })
  await rig.send(createUser(1), createChat(ann, []), post(ann, 'first'))
  calls.length = 0
  rig.clear()
  return { rig, calls }
}

describe('A plain new-message', () => {
  const id = uuid(3, 500)
  const frame =
    `{"event":"new-message","room":"${room}","seq":3,"body":{"id":"${id}","msg":"hi","type":"text",` +
    `"user_id":"${ann}","created_at":"${at(5)}","modified_at":"${at(5)}"}}`

  it('costs one append per batch and no read in a room that the writer remembers', async () => {
    const { rig, calls } = await rigWithRoom()
    await rig.send(post(ann, 'one'), post(ann, 'two'), post(ann, 'three'))
    expect(calls).toEqual(['append'])
  })

  it('costs the same beside commands that change messages: one read of these messages, and one append', async () => {
    const { rig, calls } = await rigWithRoom()
    await rig.send(post(ann, 'one', { id }), post(ann, 'two'), edit(ann, id))
    expect(calls).toEqual(['read', 'append'])
    calls.length = 0
    await rig.send(post(ann, 'three'))
    expect(calls).toEqual(['append'])
  })

  it('is published with the bytes of version 1, and no flag in the header', async () => {
    const { rig } = await rigWithRoom()
    await rig.send(post(ann, 'hi', { id, digest: 'd', at: at(5) }))
    const payloads = rig.published.filter(({ channel }) => channel === `room:${room}`).map(({ payload }) => payload)
    expect(payloads).toEqual([`{"v":1,"room":"${room}","of":[[3,"new-message","${id}","d"]]}\n${frame}`])
  })

  it('is written to the event stream with the bytes of version 1', async () => {
    const { rig } = await rigWithRoom()
    await rig.send(post(ann, 'hi', { id, digest: 'd', at: at(5) }))
    expect(rig.streamed.map(({ value }) => value)).toEqual([`{"v":1,${frame.slice(1)}`])
  })
})
