import { describe } from 'vitest'
import { appendingTests } from './event-store/appending.ts'
import { loadingTests } from './event-store/loading.ts'
import { outcomeTests } from './event-store/outcomes.ts'
import { pageTests } from './event-store/pages.ts'
import { sharedOpening } from './shared-opening.ts'
import type { OpenStore } from './stored-chat.ts'

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
  })
}
