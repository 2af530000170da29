import { describe, expect, it } from 'vitest'
import type { StoredEvent } from '../../../../shared/ports/event-store.ts'
import type { CheckedWebhook } from '../../../support/checker/webhook-problems.ts'
import { webhookProblems } from '../../../support/checker/webhook-problems.ts'

const room = 'a room'

const event = (seq: number): StoredEvent => ({
  v: 1,
  stream: room,
  seq,
  type: 'MessagePosted',
  name: 'new-message',
  membership: 'none',
  data: `{"msg":"${seq}"}`,
  commandId: '',
  digest: '',
})

const request = (seq: number, status = 204): CheckedWebhook => ({
  room,
  seq,
  status,
  text: `{"v":1,"event":"new-message","room":"a room","seq":${seq},"body":{"msg":"${seq}"}}`,
})

const stored = new Map([[room, [event(1), event(2), event(3)]]])
const check = (received: readonly CheckedWebhook[], deadLetters: readonly string[] = []) =>
  webhookProblems({ received, stored, deadLetters: new Set(deadLetters) })

describe('the checker of webhooks', () => {
  it('accepts retries, repeats after a restart, and dead letters', () => {
    expect(check([request(1, 500), request(1), request(2), request(1), request(2), request(3)])).toEqual([])
    expect(check([request(1), request(2, 400), request(3)], ['a room:2'])).toEqual([])
  })

  it('finds an event that was neither accepted nor is a dead letter', () => {
    expect(check([request(1), request(2), request(3, 500)])).toEqual(['a room: the event 3 was lost'])
    expect(check([])).toHaveLength(3)
  })

  it('finds an event that arrives before an earlier one', () => {
    expect(check([request(1), request(3), request(2)])).toEqual(['a room: 3 arrived before 2', 'a room: 2 arrived before 3'])
  })

  it('finds a request that is not the stored event, and one of an unknown room', () => {
    const changed = { ...request(2), text: request(2).text.replace('"2"', '"3"') }
    expect(check([request(1), changed, request(3)])).toEqual(['a room: the request 2 is not the stored event'])
    expect(check([request(1), request(2), request(3), { ...request(1), room: 'another' }])).toEqual([
      'another is not in the store',
    ])
  })
})
