import { afterAll, beforeAll } from 'vitest'
import type { OpenStore } from './stored-chat.ts'

/** Opens once before the tests of this `describe`, disposes after them; call the result inside a test. */
export const sharedOpening = <Opened extends OpenStore>(open: () => Promise<Opened>): (() => Opened) => {
  let opened: Opened | undefined
  beforeAll(async () => {
    opened = await open()
  }, 60_000)
  afterAll(async () => {
    await opened?.[Symbol.asyncDispose]()
  }, 60_000)
  return () => {
    if (opened === undefined) throw new Error('the adapter under test did not open')
    return opened
  }
}
