import { describe } from 'vitest'
import { sharedOpening } from '../shared-opening.ts'
import type { OpenStore } from '../stored-chat.ts'
import { attachmentTests } from './attachments.ts'
import { changedMessageTests } from './changed-messages.ts'
import { chatListTests } from './chat-list.ts'
import { chatContentTests, memberListTests } from './member-list.ts'
import { membershipTests } from './memberships.ts'
import { messageListTests } from './message-list.ts'
import { messageRangeTests } from './message-ranges.ts'
import { peopleTests } from './people.ts'
import { userTests } from './users.ts'

/**
 * The contract of the ReadModel port, filled through the EventStore that it
 * belongs to. `open` is called once for all tests; each test uses rooms and
 * users of its own.
 */
export const readModelSuite = (name: string, open: () => Promise<OpenStore>): void => {
  describe(`ReadModel: ${name}`, () => {
    const opened = sharedOpening(open)
    describe('heads and memberships', () => membershipTests(opened))
    describe('users', () => userTests(opened))
    describe('direct chats and blocks', () => peopleTests(opened))
    describe('the list of chats', () => chatListTests(opened))
    describe('the list of members', () => memberListTests(opened))
    describe('the content of a chat', () => chatContentTests(opened))
    describe('the list of messages', () => messageListTests(opened))
    describe('messages that change', () => changedMessageTests(opened))
    describe('the files of messages', () => attachmentTests(opened))
    describe('ranges of messages', () => messageRangeTests(opened))
  })
}
