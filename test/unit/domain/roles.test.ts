import { describe, expect, it } from 'vitest'
import type { ChatState } from '../../../shared/domain/chat.ts'
import { noChat } from '../../../shared/domain/chat.ts'
import { chatDecider } from '../../../shared/room-events/chat-decider.ts'
import type { ChatCommand } from '../../../shared/room-events/room-events.ts'
import { add, ann, at, ban, bob, cleo, createChat, edit, post, remove, setRole, stranger, updateChat } from './chat-fixtures.ts'

/** The state after these commands, none of which is refused. */
const after = (...commands: readonly ChatCommand[]): ChatState =>
  commands.reduce<ChatState>(
    (state, command) => {
      const result = chatDecider.decide(command, state)
      if (result.type === 'Rejected') throw new Error(`${command.type} was refused: ${result.message}`)
      return chatDecider.evolve(state, result)
    },
    { ...noChat, knownUsers: new Set([ann, bob, cleo, stranger]) },
  )

const decided = (state: ChatState, command: ChatCommand) => chatDecider.decide(command, state)
const chat = createChat(ann, [bob, cleo])
const event = (type: string, users: readonly string[]) => ({ type, body: { users } })
const lacks = (action: string, needs: string) => ({ code: 'forbidden', details: { action, needs } })

describe('A lower role for a time', () => {
  const muted = after(chat, setRole(ann, [bob], 'reader', { until: at(10) }))
  const beforeEnd = new Date(Date.parse(at(10)) - 1).toISOString()

  it('applies up to the millisecond before its end, and not at its end', () => {
    expect(decided(muted, post(bob, 'hi', { at: beforeEnd }))).toMatchObject(lacks('post', 'member'))
    expect(decided(muted, post(bob, 'hi', { at: at(10) }))).toMatchObject({ type: 'MessagePosted' })
  })

  it('has ended for a command whose clock is behind, once an event of the room is at its end', () => {
    const later = [muted, post(ann, 'later', { at: at(10) })] as const
    const state = chatDecider.evolve(later[0], chatDecider.decide(later[1], later[0]) as never)
    expect(decided(state, post(bob, 'hi', { at: beforeEnd }))).toMatchObject({
      type: 'MessagePosted',
      body: { created_at: at(10) },
    })
  })

  it('leaves out users whose lasting role is not above it', () => {
    const state = after(chat, setRole(ann, [cleo], 'reader'))
    const command = setRole(ann, [bob, cleo], 'reader', { until: at(10) })
    expect(decided(state, command)).toMatchObject(event('MembersUpdated', [bob]))
  })

  it('is ended by a lasting role, and survives leaving and returning', () => {
    const unmuted = after(chat, setRole(ann, [bob], 'reader', { until: at(10) }), setRole(ann, [bob], 'member'))
    expect(decided(unmuted, post(bob))).toMatchObject({ type: 'MessagePosted' })
    const returned = after(chat, setRole(ann, [bob], 'reader', { until: at(10) }), remove(bob, [bob]), add(ann, [bob]))
    expect(decided(returned, post(bob))).toMatchObject(lacks('post', 'member'))
  })

  it('cannot be over already, and nobody sets one for itself', () => {
    expect(decided(after(chat), setRole(ann, [bob], 'reader', { until: at(0) }))).toMatchObject({
      code: 'invalid',
      details: { field: 'body.until' },
    })
    const own = setRole(bob, [bob], 'reader', { until: at(10) })
    expect(decided(after(chat), own)).toMatchObject({ code: 'invalid', details: { field: 'body.until' } })
  })

  it('does not lower the protection of a member from others', () => {
    const state = after(
      chat,
      setRole(ann, [bob], 'admin'),
      setRole(ann, [cleo], 'moderator'),
      setRole(ann, [bob], 'reader', { until: at(10) }),
    )
    expect(decided(state, setRole(cleo, [bob], 'member'))).toMatchObject(lacks('roles', 'owner'))
  })
})

describe('The last owner', () => {
  const last = { code: 'invalid', details: { field: 'body.users', reason: 'the last owner of a chat stays its owner' } }

  it('cannot lower its role until another member is an owner, and can then', () => {
    const owners = { ...after(chat), owners: 1 }
    expect(decided(owners, setRole(ann, [ann], 'admin'))).toMatchObject(last)
    const both = after(chat, setRole(ann, [bob], 'owner'))
    expect(both.owners).toBe(2)
    expect(decided(both, setRole(ann, [ann], 'admin'))).toMatchObject(event('MembersUpdated', [ann]))
  })

  it('may leave, as the creator of a chat always could, and is an owner again when it returns', () => {
    const state = after(chat, remove(ann, [ann]), add(bob, [ann]))
    expect(decided(state, updateChat(ann, { name: 'tea' }))).toMatchObject({ type: 'ChatUpdated' })
  })

  it('cannot be lowered or removed by another owner', () => {
    const both = after(chat, setRole(ann, [bob], 'owner'))
    const forbidden = { code: 'forbidden', details: { action: 'roles' } }
    expect(decided(both, setRole(ann, [bob], 'admin'))).toMatchObject(forbidden)
    expect(decided(both, remove(ann, [bob]))).toMatchObject({ code: 'forbidden', details: { action: 'remove' } })
  })
})

describe('A member who returns', () => {
  it('has lost its role', () => {
    const state = after(chat, setRole(ann, [bob], 'admin'), remove(ann, [bob]), add(ann, [bob]))
    expect(decided(state, updateChat(bob, { name: 'tea' }))).toMatchObject(lacks('update', 'admin'))
  })

  it('has lost the ownership that it gave up before it was removed, although it created the chat', () => {
    const given = [setRole(ann, [bob], 'owner'), setRole(ann, [ann], 'member'), remove(bob, [ann]), add(cleo, [ann])]
    expect(decided(after(chat, ...given), updateChat(ann, { name: 'tea' }))).toMatchObject(lacks('update', 'admin'))
  })
})

describe('A ban', () => {
  it('removes the user, and keeps it from being added until the role member lifts it', () => {
    const state = after(chat, ban(ann, [bob, stranger]))
    expect([...state.members]).toEqual([ann, cleo])
    expect(decided(state, add(cleo, [bob, stranger]))).toMatchObject({ code: 'invalid', details: { users: [bob, stranger] } })
    const lifted = after(chat, ban(ann, [bob]), setRole(ann, [bob], 'member'))
    expect(lifted.members.has(bob)).toBe(false)
    expect(decided(lifted, add(cleo, [bob]))).toMatchObject(event('UsersAdded', [bob]))
  })

  it('lists the users who are banned now and were not before', () => {
    const state = after(chat, ban(ann, [bob]))
    expect(decided(state, ban(ann, [bob, cleo]))).toMatchObject({ body: { users: [cleo], banned: [bob, cleo].slice(1) } })
  })

  it('is refused for users who do not exist, and for the actor itself', () => {
    const state = { ...after(chat), knownUsers: new Set([ann]) }
    expect(decided(state, ban(ann, [stranger]))).toMatchObject({ code: 'unknown_user', details: { users: [stranger] } })
    expect(decided(after(chat), ban(ann, [ann]))).toMatchObject({ code: 'forbidden' })
  })
})

describe('The rules of a chat', () => {
  it('make it read-only for its members, and are replaced as a whole', () => {
    const readOnly = after(chat, updateChat(ann, { rules: { post: 'moderator', edit_s: 0 } }))
    expect(decided(readOnly, post(bob))).toMatchObject(lacks('post', 'moderator'))
    const again = updateChat(ann, { rules: { post: 'member', pin: 'member' } })
    expect(decided(readOnly, again)).toMatchObject({ body: { chat: { rules: { pin: 'member' } } } })
  })

  it('may be those of a new chat', () => {
    const created = { ...chat, body: { ...chat.body, rules: { add: 'admin', remove: 'moderator' } as const } }
    expect(decided(after(), created)).toMatchObject({ body: { chat: { rules: { add: 'admin' } } } })
    expect(decided(after(created), add(bob, [stranger]))).toMatchObject(lacks('add', 'admin'))
  })

  it('limit the time in which an author edits a message', () => {
    const posted = post(bob, 'hi', { at: at(1) })
    const state = after(chat, updateChat(ann, { rules: { edit_s: 5 } }))
    const withMessage = { ...state, messages: new Map([[posted.id, undefined]]) }
    const known = chatDecider.evolve(withMessage, chatDecider.decide(posted, withMessage) as never)
    expect(decided(known, edit(bob, posted.id, 'in time', { at: at(6) }))).toMatchObject({ type: 'MessageEdited' })
    const late = new Date(Date.parse(at(6)) + 1).toISOString()
    expect(decided(known, edit(bob, posted.id, 'late', { at: late }))).toMatchObject({
      code: 'forbidden',
      details: { action: 'edit_own', edit_s: 5 },
    })
  })
})

describe('A refusal', () => {
  it('names the action and the role only to members', () => {
    expect(decided(after(chat), updateChat(bob, { name: 'tea' }))).toMatchObject(lacks('update', 'admin'))
    for (const command of [updateChat(stranger, { name: 'tea' }), setRole(stranger, [bob], 'reader'), remove(stranger, [bob])])
      expect(decided(after(chat), command)).not.toHaveProperty('details')
  })
})
