import fc from 'fast-check'
import type { Command } from '../../../shared/room-events/room-events.ts'
import { at, uuid } from '../domain/chat-fixtures.ts'

export const rooms = [uuid(1, 1), uuid(1, 2)] as const
export const users = [uuid(2, 1), uuid(2, 2), uuid(2, 3), uuid(2, 4)] as const

/** Adds a digest of the content, as a gateway does: the same content sent again is the same command. */
const digested = (command: Readonly<Record<string, unknown>>): Command => {
  const { at: _at, ...content } = command
  return { ...command, digest: Buffer.from(JSON.stringify(content)).toString('base64url').slice(-180) } as Command
}

const room = fc.constantFrom(...rooms)
const user = fc.constantFrom(...users)
const some = fc.array(user, { minLength: 1, maxLength: 3 })
const instant = fc.integer({ min: 0, max: 59 }).map(at)
/** Few ids, so that they repeat with the same and with different content. */
const id = fc.integer({ min: 1, max: 12 }).map((n) => uuid(3, n))

const createUser = fc.record({ n: fc.integer({ min: 0, max: 3 }), again: fc.boolean(), at: instant }).map(({ n, again, at }) => {
  const external = `ext-${n}`
  const named = again ? uuid(4, n) : (users[n] ?? '')
  return digested({ v: 1, type: 'CreateUser', stream: external, id: named, at, body: { externalUserId: external } })
})

const createChat = fc
  .record({ stream: room, user, users: some, at: instant })
  .map(({ users, ...head }) => digested({ v: 1, id: head.stream, ...head, type: 'CreateChat', body: { name: 'a room', users } }))

const postMessage = fc
  .record({ stream: room, id, user, at: instant, msg: fc.constantFrom('one', 'two') })
  .map(({ msg, ...head }) => digested({ v: 1, ...head, type: 'PostMessage', body: { msg, type: 'text' } }))

const membership = fc
  .record({ stream: room, id, user, at: instant, users: some, type: fc.constantFrom('AddUsers', 'RemoveUsers') })
  .map(({ users, ...head }) => digested({ v: 1, ...head, body: { users } }))

const command = fc.oneof(
  { arbitrary: postMessage, weight: 6 },
  { arbitrary: membership, weight: 4 },
  { arbitrary: createChat, weight: 2 },
  { arbitrary: createUser, weight: 3 },
)

const everybody = users.map((id, n) =>
  digested({ v: 1, type: 'CreateUser', stream: `ext-${n}`, id, at: at(0), body: { externalUserId: `ext-${n}` } }),
)

const bothRooms = rooms.map((room) =>
  digested({
    v: 1,
    type: 'CreateChat',
    stream: room,
    id: room,
    user: users[0],
    at: at(0),
    body: { name: 'a room', users: [users[1]] },
  }),
)

/** The first batches: none, the users, or the users and the rooms. */
const opening = fc.constantFrom([], [everybody], [everybody, bothRooms])

/** Commands of four users in two rooms, which may not exist yet, divided into arbitrary batches. */
export const batches = fc
  .tuple(opening, fc.array(fc.array(command, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 10 }))
  .map(([first, rest]): readonly (readonly Command[])[] => [...first, ...rest])
