import { describe, expect, it } from 'vitest'
import type { ChatState } from '../../../shared/domain/chat.ts'
import { noChat } from '../../../shared/domain/chat.ts'
import { chatDecider } from '../../../shared/room-events/chat-decider.ts'
import { ann, at, createChat, edit, post } from '../domain/chat-fixtures.ts'

const posted = post(ann, 'hello', { at: at(1) })
const initial: ChatState = { ...noChat, knownUsers: new Set([ann]), messages: new Map([[posted.id, undefined]]) }
const chat = [createChat(ann, []), posted].reduce<ChatState>(
  (state, command) => chatDecider.evolve(state, chatDecider.decide(command, state) as never),
  initial,
)

const editedAt = (time: string) => chatDecider.decide(edit(ann, posted.id, 'edited', { at: time }), chat)

describe('An edited message', () => {
  it('has a `modified_at` after `created_at`, also if it is edited in the millisecond in which it was posted', () => {
    const modified = new Date(Date.parse(at(1)) + 1).toISOString()
    expect(editedAt(at(1))).toMatchObject({
      body: { created_at: at(1), message: { created_at: at(1), modified_at: modified } },
    })
  })

  it('otherwise has the time of the edit as `modified_at`', () => {
    expect(editedAt(at(5))).toMatchObject({ body: { created_at: at(5), message: { created_at: at(1), modified_at: at(5) } } })
  })
})
