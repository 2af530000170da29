import { randomUUID } from 'node:crypto'
import type { EventStore, StoredEvent } from '../../shared/ports/event-store.ts'
import type { Command } from '../../shared/room-events/room-events.ts'
import { decideAndStore } from './decide-and-store.ts'
import { append, at, chatCreated, userCreated } from './stored-chat.ts'

type Body = Readonly<Record<string, unknown>>

/** Milliseconds after the first instant: no two commands of a process have the same time. */
let ms = 1_000

/** A room of Ann, who created it, and Bob, with the commands to change it and its members. Cyd exists and is no member. */
export const roomWithRoles = async (store: EventStore, people?: { readonly ann: string; readonly bob: string }) => {
  const { ann, bob } = people ?? { ann: randomUUID(), bob: randomUUID() }
  const [cyd, room] = [randomUUID(), randomUUID()]
  ms += 1_000
  const created = people === undefined ? [ann, bob, cyd] : [cyd]
  await append(store, ...created.map((user) => userCreated(user, `ext-${user}`)))
  await append(store, chatCreated(room, [ann, bob], { at: at(ms) }))

  const command = (type: string, user: string, body: Body): Command => {
    ms += 1_000
    const id = randomUUID()
    return { v: 1, type, stream: room, id, digest: `digest of ${id}`, user, at: at(ms), body } as unknown as Command
  }
  const post = (user: string, more: Body = {}) => command('PostMessage', user, { msg: 'hi', type: 'text', ...more })
  const add = (user: string, users: readonly string[]) => command('AddUsers', user, { users })
  const remove = (user: string, users: readonly string[]) => command('RemoveUsers', user, { users })
  const ban = (user: string, users: readonly string[]) => command('RemoveUsers', user, { users, ban: true })
  const update = (user: string, chat: Body) => command('UpdateChat', user, { chat })
  const set = (user: string, users: readonly string[], role: string, until?: string) =>
    command('UpdateMembers', user, { users, role, until })

  /** One batch; the stored events, and the codes of rejections. */
  const act = (...commands: readonly Command[]): Promise<readonly (StoredEvent | string)[]> => decideAndStore(store, commands)
  const codes = async (...commands: readonly Command[]): Promise<readonly string[]> =>
    (await act(...commands)).map((outcome) => (typeof outcome === 'string' ? outcome : 'ok'))
  return { ann, bob, cyd, room, post, add, remove, ban, update, set, act, codes }
}
