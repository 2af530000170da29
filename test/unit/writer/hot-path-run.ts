import { ann, at, createChat, post, room, uuid } from '../domain/chat-fixtures.ts'
import { memoryStore } from '../memory-store/memory-store.ts'
import { createUser } from './users.ts'
import { writerRig } from './writer-rig.ts'

/** A writer that remembers a room, and the calls that it makes of its store. */
export const rigWithRoom = async () => {
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

/** The id of a plain message, and its frame as version 1 writes it. */
export const plainId = uuid(3, 500)
export const plainFrame =
  `{"event":"new-message","room":"${room}","seq":3,"body":{"id":"${plainId}","msg":"hi","type":"text",` +
  `"user_id":"${ann}","created_at":"${at(5)}","modified_at":"${at(5)}"}}`

/** The calls of the store, the publication and the record of the event stream that one plain message costs. */
export interface HotPath {
  readonly calls: readonly string[]
  readonly published: readonly string[]
  readonly streamed: readonly string[]
}

export const expectedHotPath: HotPath = {
  calls: ['append'],
  published: [`{"v":1,"room":"${room}","of":[[3,"new-message","${plainId}","d"]]}\n${plainFrame}`],
  streamed: [`{"v":1,${plainFrame.slice(1)}`],
}

/** Sends one plain message to a room that the writer remembers. */
export const runHotPath = async (): Promise<HotPath> => {
  const { rig, calls } = await rigWithRoom()
  await rig.send(post(ann, 'hi', { id: plainId, digest: 'd', at: at(5) }))
  return {
    calls,
    published: rig.published.filter(({ channel }) => channel === `room:${room}`).map(({ payload }) => payload),
    streamed: rig.streamed.map(({ value }) => value),
  }
}

/** In the form of a simulation, for mutants. */
export const simulateHotPath = async (): Promise<{ readonly problems: readonly string[] }> => {
  const [found, expected] = [JSON.stringify(await runHotPath()), JSON.stringify(expectedHotPath)]
  return { problems: found === expected ? [] : [`J8: a plain message costs ${found}`] }
}
