import { describe, expect, it } from 'vitest'
import { sameFeeds } from '../load/same-feeds.ts'
import { noStackReason, sharedStack } from '../support/stack/shared-stack.ts'
import { startChat } from '../support/stack/start-chat.ts'

describe.skipIf(noStackReason())('A thousand messages through two gateways and two writers', () => {
  it('give the same gapless feed on every socket, in the store, in the lists and on chat.events', async () => {
    await using chat = await startChat(sharedStack(), { gateways: 2, writers: 2 })
    const shown = await sameFeeds(chat, sharedStack(), { messages: 1_000, perSecond: 500, seed: 1 })
    expect(shown.problems).toEqual([])
    expect(shown).toMatchObject({ sent: 1_010, confirmed: 1_010, events: 1_010, listed: 1_000, distinct: 10 })
    expect(shown.streamed).toBeGreaterThanOrEqual(1_030)
  })
})
