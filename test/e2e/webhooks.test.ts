import { describe, expect, it } from 'vitest'
import { noStackReason, sharedStack } from '../support/stack/shared-stack.ts'
import { startChat } from '../support/stack/start-chat.ts'
import { percentile, startWebhookRun, webhookLatencies } from './webhook-run.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe.skipIf(noStackReason())('The webhooks of a relay', () => {
  it('arrive within a second while the endpoint of one room is down, of another slow, and of a third refuses', async () => {
    await using chat = await startChat(sharedStack(), { gateways: 1, writers: 1 })
    await using run = await startWebhookRun(chat, 12)
    await using relay = await run.startRelay()
    run.setDown(true)
    const posting = new AbortController()
    // The relay takes its partitions, and finds out which rooms are slow.
    const posted = run.post(posting.signal)
    await pause(2_000)
    const sinceMs = Date.now()
    await pause(8_000)
    run.setDown(false)
    posting.abort()
    expect(await posted).toBeGreaterThan(100)
    await run.settled(40_000)
    const latencies = webhookLatencies(run, run.rooms.others, sinceMs)
    expect(latencies.length).toBeGreaterThan(50)
    expect(percentile(latencies, 0.99), `of ${latencies.length}; ${relay.name}`).toBeLessThan(1_000)
    expect(await run.problems()).toEqual([])
    const refused = run.endpoint.received.filter(({ room, status }) => room === run.rooms.refused && status === 400)
    expect(new Set(refused.map(({ seq }) => seq)).size).toBe(refused.length)
  })

  it('are neither lost nor out of order per room when the relay is killed twice', { timeout: 150_000 }, async () => {
    await using chat = await startChat(sharedStack(), { gateways: 1, writers: 1 })
    await using run = await startWebhookRun(chat, 12)
    run.setDown(true)
    const posting = new AbortController()
    const posted = run.post(posting.signal)
    for (let kills = 0; kills < 2; kills += 1) {
      const relay = await run.startRelay()
      const before = run.endpoint.received.length
      await pause(4_000)
      expect(run.endpoint.received.length).toBeGreaterThan(before)
      await relay[Symbol.asyncDispose]()
    }
    posting.abort()
    expect(await posted).toBeGreaterThan(100)
    run.setDown(false)
    await using _last = await run.startRelay()
    await run.settled(60_000)
    expect(await run.problems()).toEqual([])
  })
})
