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

/** Few messages, so that commands change the same ones. */
const message = fc.integer({ min: 1, max: 3 }).map((n) => uuid(3, n))

const postOften = fc
  .record({ stream: room, id: message, user, at: instant, msg: fc.constantFrom('one', 'two') })
  .map(({ msg, ...head }) => digested({ v: 1, ...head, type: 'PostMessage', body: { msg, type: 'text' } }))

const reply = fc
  .record({ stream: room, id, user, at: instant, root: message, quoted: message })
  .map(({ root, quoted, ...head }) =>
    digested({ v: 1, ...head, type: 'PostMessage', body: { msg: 'reply', type: 'text', thread: root, reply_to: quoted } }),
  )

const editMessage = fc
  .record({ stream: room, id, user, at: instant, message, msg: fc.constantFrom('three', 'four') })
  .map(({ message, msg, ...head }) => digested({ v: 1, ...head, type: 'EditMessage', body: { message, msg } }))

const deleteMessage = fc
  .record({ stream: room, id, user, at: instant, message })
  .map(({ message, ...head }) => digested({ v: 1, ...head, type: 'DeleteMessage', body: { message } }))

const setReaction = fc
  .record({ stream: room, id, user, at: instant, message, reaction: fc.constantFrom('+', '-', '?'), on: fc.boolean() })
  .map(({ message, reaction, on, ...head }) => digested({ v: 1, ...head, type: 'SetReaction', body: { message, reaction, on } }))

const setPin = fc
  .record({ stream: room, id, user, at: instant, message, on: fc.boolean() })
  .map(({ message, on, ...head }) => digested({ v: 1, ...head, type: 'SetPin', body: { message, on } }))

const membership = fc
  .record({ stream: room, id, user, at: instant, users: some, type: fc.constantFrom('AddUsers', 'RemoveUsers') })
  .map(({ users, ...head }) => digested({ v: 1, ...head, body: { users } }))

const command = fc.oneof(
  { arbitrary: postMessage, weight: 6 },
  { arbitrary: membership, weight: 4 },
  { arbitrary: createChat, weight: 2 },
  { arbitrary: createUser, weight: 3 },
)

/** Mostly commands that change messages. */
const changing = fc.oneof(
  { arbitrary: postOften, weight: 8 },
  { arbitrary: reply, weight: 3 },
  { arbitrary: editMessage, weight: 5 },
  { arbitrary: deleteMessage, weight: 3 },
  { arbitrary: setReaction, weight: 5 },
  { arbitrary: setPin, weight: 4 },
  { arbitrary: membership, weight: 1 },
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

/** Batches that change the same few messages. The rooms exist already. */
export const changingBatches = fc
  .array(fc.array(changing, { minLength: 1, maxLength: 16 }), { minLength: 1, maxLength: 8 })
  .map((rest): readonly (readonly Command[])[] => [everybody, bothRooms, ...rest])

/** Commands of four users in two rooms, which may not exist yet, divided into arbitrary batches. */
export const batches = fc
  .tuple(opening, fc.array(fc.array(command, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 10 }))
  .map(([first, rest]): readonly (readonly Command[])[] => [...first, ...rest])
