import { randomUUID } from 'node:crypto'
import type { EventStore, StoredEvent } from '../../shared/ports/event-store.ts'
import type { Command } from '../../shared/room-events/room-events.ts'
import { decideAndStore } from './decide-and-store.ts'
import { append, at, chatCreated } from './stored-chat.ts'

type Body = Readonly<Record<string, unknown>>

interface People {
  readonly ann: string
  readonly bob: string
}

/** Milliseconds after the first instant: no two commands of a process have the same time. */
let ms = 1_000

/** A room of Ann, who created it, and Bob, with the commands to change its messages. */
export const roomWithChanges = async (store: EventStore, { ann, bob }: People = { ann: randomUUID(), bob: randomUUID() }) => {
  const [stranger, room] = [randomUUID(), randomUUID()]
  await append(store, chatCreated(room, [ann, bob]))

  const command = (type: string, user: string, body: Body, id: string = randomUUID()): Command => {
    ms += 1_000
    return { v: 1, type, stream: room, id, digest: `digest of ${id}`, user, at: at(ms), body } as unknown as Command
  }
  const post = (user: string, msg: string, more: Body = {}, id?: string) =>
    command('PostMessage', user, { msg, type: 'text', ...more }, id)
  const edit = (user: string, message: string, msg: string, more: Body = {}) =>
    command('EditMessage', user, { message, msg, ...more })
  const remove = (user: string, message: string) => command('DeleteMessage', user, { message })
  const react = (user: string, message: string, reaction: string, on?: boolean) =>
    command('SetReaction', user, { message, reaction, on })
  const pin = (user: string, message: string, on?: boolean) => command('SetPin', user, { message, on })

  /** One batch; the stored events, and the codes of rejections. */
  const act = (...commands: readonly Command[]): Promise<readonly (StoredEvent | string)[]> => decideAndStore(store, commands)
  const codes = async (...commands: readonly Command[]): Promise<readonly string[]> =>
    (await act(...commands)).map((outcome) => (typeof outcome === 'string' ? outcome : 'ok'))
  const events = async (): Promise<readonly StoredEvent[]> =>
    (await store.readPages([{ room, after: 0, limit: 5_000, users: [] }]))[0]?.events ?? []
  return { ann, bob, stranger, room, post, edit, remove, react, pin, act, codes, events }
}
