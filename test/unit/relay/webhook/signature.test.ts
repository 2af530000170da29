import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { signedHeaders } from '../../../../shared/records/webhook-signature.ts'
import { accepted, startWebhookEndpoint } from '../../../support/webhook-endpoint.ts'
import { testSecret, webhookRig } from './webhook-rig.ts'

const nextSecret = `whsec_${Buffer.alloc(32, 2).toString('base64')}`
const foreignSecret = `whsec_${Buffer.alloc(32, 3).toString('base64')}`

describe('the signature of webhooks', () => {
  it('is verified by the library of Standard Webhooks, with each of two secrets and with no other', async () => {
    await using endpoint = await startWebhookEndpoint(() => accepted)
    await using rig = webhookRig(endpoint.url, { target: { url: endpoint.url, secrets: [testSecret, nextSecret] } })
    const sink = await rig.start()
    const events = await rig.room(1)
    await sink.deliver(events)
    expect(endpoint.received).toHaveLength(2)
    for (const { text, headers } of endpoint.received) {
      expect(new Webhook(testSecret).verify(text, headers)).toEqual(JSON.parse(text))
      expect(new Webhook(nextSecret).verify(text, headers)).toEqual(JSON.parse(text))
      expect(() => new Webhook(foreignSecret).verify(text, headers)).toThrow('No matching signature found')
      expect(() => new Webhook(testSecret).verify(text.replace('"v":1', '"v":2'), headers)).toThrow('No matching signature found')
    }
    expect(endpoint.received.map(({ headers }) => headers['webhook-id'])).toEqual([
      `${events[0]?.room}:1`,
      `${events[0]?.room}:2`,
    ])
  })

  it('covers the id and the time, so that neither can be replaced', () => {
    const headers = signedHeaders([testSecret], { id: 'room:1', sentAtMs: Date.now(), body: '{}' })
    const verify = (changed: Readonly<Record<string, string>>) => () =>
      new Webhook(testSecret).verify('{}', { ...headers, ...changed })
    expect(verify({})).not.toThrow()
    expect(verify({ 'webhook-id': 'room:2' })).toThrow('No matching signature found')
    expect(verify({ 'webhook-timestamp': String(Number(headers['webhook-timestamp']) - 1) })).toThrow(
      'No matching signature found',
    )
  })
})
