import { createHmac } from 'node:crypto'

const keyOf = (secret: string): Buffer => Buffer.from(secret.slice('whsec_'.length), 'base64')

/** A message to sign. `id` is the same at every attempt. */
export interface SignedMessage {
  readonly id: string
  readonly sentAtMs: number
  readonly body: string
}

/** The headers of Standard Webhooks, with one signature for each secret, so that the receiver may hold either. */
export const signedHeaders = (secrets: readonly string[], { id, sentAtMs, body }: SignedMessage): Record<string, string> => {
  const timestamp = String(Math.floor(sentAtMs / 1_000))
  const signatures = secrets.map(
    (secret) => `v1,${createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64')}`,
  )
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}
