import { describe, expect, it } from 'vitest'
import { at } from '../../../contract/stored-chat.ts'
import { until } from '../../../support/poll.ts'
import { accepted, acceptedSeqs, startWebhookEndpoint } from '../../../support/webhook-endpoint.ts'
import { eventsOf, webhookRig } from '../webhook/webhook-rig.ts'
import { pushRig } from './push-rig.ts'

/** Posts five messages while the endpoint is down, and another room's while it is back. */
const deliver = async (whileDown: (push: ReturnType<typeof pushRig>) => void) => {
  let isDown = true
  const endpoint = await startWebhookEndpoint(() => (isDown ? { status: 503 } : accepted))
  const push = pushRig({ message: '{"msg":"hi"}' })
  const rig = webhookRig(endpoint.url, { content: push.content })
  const sink = await rig.start()
  const [{ room } = { room: '' }] = await rig.room(5)
  const events = eventsOf(room, 1, 6).map((event) => ({ ...event, body: JSON.stringify({ created_at: at(1_000) }) }))
  await sink.deliver(events)
  await until('several attempts', () => endpoint.received.length > 3)
  whileDown(push)
  isDown = false
  await until('the room to be released', () => rig.parkedRooms.rows.size === 0)
  const result = { sent: acceptedSeqs(endpoint, room), skipped: push.skipped, deadLetters: rig.parkedRooms.deadLetters }
  await rig[Symbol.asyncDispose]()
  await endpoint[Symbol.asyncDispose]()
  return result
}

describe('The sink of notifications, after a receiver that was down is back', () => {
  it('sends every notification of the room in order', async () => {
    const { sent, skipped, deadLetters } = await deliver(() => {})
    expect(sent).toEqual([2, 3, 4, 5, 6])
    expect([skipped, deadLetters]).toEqual([[], []])
  })

  it('drops and counts those that are too old then, without dead letters', async () => {
    const { sent, skipped, deadLetters } = await deliver((push) => push.pass(3_600_000))
    expect(sent).toEqual([])
    expect([skipped, deadLetters]).toEqual([['old', 'old', 'old', 'old', 'old'], []])
  })

  it('sends nothing of messages that were deleted meanwhile', async () => {
    const { sent, skipped } = await deliver((push) => push.delete())
    expect(sent).toEqual([])
    expect(skipped).toEqual(['deleted', 'deleted', 'deleted', 'deleted', 'deleted'])
  })
})

describe('The sink of notifications, for events that cause none', () => {
  it('reads and parks nothing, so that they wait for no receiver', async () => {
    await using endpoint = await startWebhookEndpoint()
    const calls: string[] = []
    await using rig = webhookRig(endpoint.url, {
      content: { ...pushRig({ message: '{"msg":"hi"}' }).content, bodyOf: async () => '{"room":"r","seq":1}' },
    })
    const parkedRooms = Object.assign(Object.create(rig.parkedRooms), {
      extend: async (heads: ReadonlyMap<string, number>) => {
        calls.push('extend')
        return rig.parkedRooms.extend(heads)
      },
    })
    const sink = await rig.start({ parkedRooms })
    const events = await rig.room(2)
    await sink.deliver(events.map((event) => ({ ...event, event: 'set-pin' })))
    expect([calls, endpoint.received]).toEqual([[], []])
    await sink.deliver(events.slice(1).map((event) => ({ ...event, body: JSON.stringify({ created_at: at(1_000) }) })))
    expect(calls).toEqual(['extend'])
    expect(endpoint.received).toHaveLength(2)
  })
})
