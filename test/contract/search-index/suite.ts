import { describe } from 'vitest'
import { sharedOpening } from '../shared-opening.ts'
import { freshnessTests } from './freshness.ts'
import { membershipTests } from './membership.ts'
import type { BoundedSearchStore } from './open-search-store.ts'
import { pageTests } from './pages.ts'
import { randomSearchTests } from './random-searches.ts'
import { scriptTests } from './scripts.ts'

/** The contract of the SearchIndex port. */
export const searchIndexSuite = (name: string, open: () => Promise<BoundedSearchStore>): void => {
  describe(`SearchIndex: ${name}`, () => {
    const opened = sharedOpening(open)
    describe('words', () => scriptTests(opened))
    describe('messages that change', () => freshnessTests(opened))
    describe('memberships', () => membershipTests(opened))
    describe('pages', () => pageTests(opened))
    describe('random searches', () => randomSearchTests(opened))
  })
}
