import { describe } from 'vitest'
import { sharedOpening } from '../shared-opening.ts'
import type { OpenStore } from '../stored-chat.ts'
import { markerTests } from './markers.ts'
import { settingsTests } from './settings.ts'
import { threadMarkerTests } from './threads.ts'
import { unreadTests } from './unread.ts'

/** The contract of the MemberStates port, and of the unread messages that the ReadModel counts from it. */
export const memberStatesSuite = (name: string, open: () => Promise<OpenStore>): void => {
  describe(`MemberStates: ${name}`, () => {
    const opened = sharedOpening(open)
    describe('read markers', () => markerTests(opened))
    describe('markers of threads', () => threadMarkerTests(opened))
    describe('unread messages', () => unreadTests(opened))
    describe('settings', () => settingsTests(opened))
  })
}
