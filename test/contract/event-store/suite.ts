import { describe } from 'vitest'
import { sharedOpening } from '../shared-opening.ts'
import type { OpenStore } from '../stored-chat.ts'
import { appendingTests } from './appending.ts'
import { erasureTests } from './erasing.ts'
import { loadingTests } from './loading.ts'
import { outcomeTests } from './outcomes.ts'
import { pageTests } from './pages.ts'
import { redactionTests } from './redaction.ts'
import { userStreamTests } from './user-streams.ts'

/**
 * The contract of the EventStore port. `open` is called once for all tests;
 * each test uses rooms, users and commands of its own.
 */
export const eventStoreSuite = (name: string, open: () => Promise<OpenStore>): void => {
  describe(`EventStore: ${name}`, () => {
    const opened = sharedOpening(open)
    describe('appending', () => appendingTests(opened))
    describe('loading', () => loadingTests(opened))
    describe('outcomes', () => outcomeTests(opened))
    describe('pages', () => pageTests(opened))
    describe('streams of users', () => userStreamTests(opened))
    describe('the redaction of deleted messages', () => redactionTests(opened))
    describe('the erasure of users and of messages', () => erasureTests(opened))
  })
}
