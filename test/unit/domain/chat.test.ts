import { describe, expect, it } from 'vitest'
import type { ChatState } from '../../../shared/domain/chat.ts'
import { noChat } from '../../../shared/domain/chat.ts'
import { chatDecider } from '../../../shared/room-events/chat-decider.ts'
import type { ChatCommand, ChatEvent } from '../../../shared/room-events/room-events.ts'
import { add, ann, at, bob, cleo, createChat, post, remove, room, stranger } from './chat-fixtures.ts'
import { specificationOf } from './given.ts'

const world: ChatState = { ...noChat, knownUsers: new Set([ann, bob, cleo]), maxMembers: 3 }
const specification = specificationOf(chatDecider)
const given = (...events: readonly ChatEvent[]) => specification(events, world)

const forbidden = { type: 'Rejected', code: 'forbidden' }

/** The events of these commands, decided in sequence. */
const after = (...commands: readonly ChatCommand[]): readonly ChatEvent[] => {
  const events: ChatEvent[] = []
  for (const command of commands) {
    const { result } = given(...events).when(command)
    if (result.type === 'Rejected') throw new Error(`${command.type} was refused: ${result.code}`)
    events.push(result)
  }
  return events
}

describe('creating a chat', () => {
  it('makes the creator the first member, and lists each member once', () => {
    given()
      .when(createChat(ann, [bob, ann, bob], { name: 'tea', at: at(3) }))
      .then({
        type: 'ChatCreated',
        stream: room,
        seq: 1,
        commandId: room,
        body: {
          chat: { id: room, name: 'tea', users: [ann, bob], created_at: at(3), modified_at: at(3) },
          user_id: ann,
        },
      })
  })

  it('is possible without other users', () => {
    given()
      .when(createChat(ann, []))
      .then({ body: { chat: { users: [ann] } } })
  })

  it('refuses unknown users and lists them', () => {
    given()
      .when(createChat(ann, [bob, stranger]))
      .then({ type: 'Rejected', code: 'unknown_user', details: { users: [stranger] } })
  })

  it('is refused to a creator who does not exist', () => {
    given()
      .when(createChat(stranger, [ann]))
      .then({ code: 'unknown_user', details: { users: [stranger] } })
  })

  it('is forbidden with the id of an existing chat, also for a member', () => {
    const chat = after(createChat(ann, [bob]))
    given(...chat)
      .when(createChat(ann, [], { id: bob }))
      .then(forbidden)
    given(...chat)
      .when(createChat(cleo, [], { id: cleo }))
      .then(forbidden)
  })

  it('accepts members up to the limit of a chat, and no more', () => {
    given()
      .when(createChat(ann, [bob, cleo]))
      .then({ type: 'ChatCreated' })
    specification([], { ...world, maxMembers: 2 })
      .when(createChat(ann, [bob, cleo]))
      .then({ code: 'invalid', details: { field: 'body.users', reason: 'a chat has at most 2 members' } })
  })
})

describe('adding users who are at their limit of chats', () => {
  const full: ChatState = {
    ...world,
    maxChats: 2,
    chatCounts: new Map([
      [ann, 1],
      [bob, 2],
      [cleo, 2],
    ]),
  }
  const reason = 'a user is in at most 2 chats'
  const refusal = (...users: readonly string[]) => ({ code: 'invalid', details: { field: 'body.users', reason, users } })

  it('is refused with the names of these users, in a new chat and in one that exists', () => {
    specification([], full)
      .when(createChat(ann, [bob, cleo]))
      .then(refusal(bob, cleo))
    specification(after(createChat(ann, [])), full)
      .when(add(ann, [bob]))
      .then(refusal(bob))
  })

  it('is refused to a creator who is in too many chats', () => {
    specification([], full)
      .when(createChat(bob, [ann]))
      .then(refusal(bob))
  })

  it('is allowed for users who are members of the chat already', () => {
    specification(after(createChat(ann, [bob])), full)
      .when(add(ann, [bob]))
      .then({ type: 'UsersAdded', body: { users: [] } })
  })

  it('is allowed for a user who is one chat below the limit', () => {
    specification([], full).when(createChat(ann, [])).then({ type: 'ChatCreated' })
  })
})

describe('posting a message', () => {
  it('gets the next seq of the room and copies the fields of the command', () => {
    const command = post(bob, 'hello', { at: at(5) })
    given(...after(createChat(ann, [bob]), post(ann)))
      .when(command)
      .then({
        type: 'MessagePosted',
        seq: 3,
        commandId: command.id,
        digest: command.digest,
        body: { id: command.id, msg: 'hello', type: 'text', user_id: bob, created_at: at(5), modified_at: at(5) },
      })
  })

  it('is refused with the same error for a missing room, a stranger and a removed member', () => {
    given().when(post(ann)).then(forbidden)
    given(...after(createChat(ann, [bob])))
      .when(post(cleo))
      .then(forbidden)
    given(...after(createChat(ann, [bob]), remove(ann, [bob])))
      .when(post(bob))
      .then(forbidden)
    const results = [given().when(post(ann)), given(...after(createChat(ann, []))).when(post(cleo))].map(({ result }) => result)
    expect(results[0]).toEqual(results[1])
  })

  it('never gets an earlier time than the event before it', () => {
    given(...after(createChat(ann, [], { at: at(9) })))
      .when(post(ann, 'late clock', { at: at(2) }))
      .then({ body: { created_at: at(9), modified_at: at(9) } })
  })
})

describe('adding users', () => {
  it('lists only users who were not members', () => {
    given(...after(createChat(ann, [bob])))
      .when(add(bob, [ann, cleo, cleo], { at: at(4) }))
      .then({
        type: 'UsersAdded',
        seq: 2,
        body: { chat: { id: room, name: 'a room' }, users: [cleo], user_id: bob, created_at: at(4) },
      })
  })

  it('is an event even if it changes nothing', () => {
    given(...after(createChat(ann, [bob])))
      .when(add(ann, [bob]))
      .then({ type: 'UsersAdded', seq: 2, body: { users: [] } })
  })

  it('is allowed to members only', () => {
    given(...after(createChat(ann, [])))
      .when(add(bob, [bob]))
      .then(forbidden)
  })

  it('refuses unknown users and lists them', () => {
    given(...after(createChat(ann, [])))
      .when(add(ann, [bob, stranger]))
      .then({ code: 'unknown_user', details: { users: [stranger] } })
  })

  it('counts only new members against the limit', () => {
    const full = after(createChat(ann, [bob, cleo]))
    given(...full)
      .when(add(ann, [bob, cleo]))
      .then({ type: 'UsersAdded', body: { users: [] } })
    const dan = { ...world, knownUsers: new Set([ann, bob, cleo, stranger]) }
    specification(full, dan)
      .when(add(ann, [stranger]))
      .then({ code: 'invalid' })
  })

  it('lets the new member send at once', () => {
    given(...after(createChat(ann, []), add(ann, [bob])))
      .when(post(bob))
      .then({ type: 'MessagePosted', seq: 3 })
  })
})

describe('removing users', () => {
  it('lets a member remove itself', () => {
    given(...after(createChat(ann, [bob])))
      .when(remove(bob, [bob]))
      .then({ type: 'UsersRemoved', seq: 2, body: { users: [bob] } })
  })

  it('lets the creator remove others, and lists only users who were members', () => {
    given(...after(createChat(ann, [bob])))
      .when(remove(ann, [bob, cleo]))
      .then({ body: { users: [bob], user_id: ann } })
  })

  it('does not let other members remove others', () => {
    given(...after(createChat(ann, [bob, cleo])))
      .when(remove(bob, [cleo]))
      .then(forbidden)
    given(...after(createChat(ann, [bob, cleo])))
      .when(remove(bob, [bob, cleo]))
      .then(forbidden)
    given(...after(createChat(ann, [bob])))
      .when(remove(cleo, [cleo]))
      .then(forbidden)
  })

  it('does not let a creator who has left remove others', () => {
    given(...after(createChat(ann, [bob]), remove(ann, [ann])))
      .when(remove(ann, [bob]))
      .then(forbidden)
  })

  it('lets a creator who is added again remove others', () => {
    given(...after(createChat(ann, [bob]), remove(ann, [ann]), add(bob, [ann])))
      .when(remove(ann, [bob]))
      .then({ type: 'UsersRemoved', seq: 4 })
  })
})
