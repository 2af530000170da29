import type { Registry } from 'prom-client'
import { Counter } from 'prom-client'
import type { HttpSender } from '../../shared/ports/http-sender.ts'
import { signedHeaders } from '../../shared/records/webhook-signature.ts'
import type { PublicConfig } from '../../shared/runtime/config/config.ts'
import type { Metrics } from '../../shared/runtime/observability/metrics.ts'
import type { PreSendHook, PreSendResult } from './requests/pre-send.ts'

const results = ['allow', 'deny', 'replace', 'failed'] as const satisfies readonly PreSendResult[]

/** Registers the counter of the checks; to be called once per registry. */
export const createPreSendCounter = (registry: Registry): Counter<'result'> => {
  const checks = new Counter({
    name: 'chat_pre_send_total',
    help: 'Checks of messages before they are sent, by result; failed: no valid answer in time',
    labelNames: ['result'],
    registers: [registry],
  })
  // Registered at 0, so that Prometheus sees the first increment.
  for (const result of results) checks.inc({ result }, 0)
  return checks
}

/** The check before sending, with its metric; undefined: it is not configured. */
export const preSendHook = (
  { preSend }: Pick<PublicConfig, 'preSend'>,
  sender: HttpSender | undefined,
  { registry }: Pick<Metrics, 'registry'>,
): PreSendHook | undefined => {
  if (preSend === undefined || sender === undefined) return undefined
  const { secrets, acceptsOnFailure } = preSend
  const checks = createPreSendCounter(registry)
  return {
    sender,
    sign: (id, body) => signedHeaders(secrets, { id, sentAtMs: Date.now(), body }),
    acceptsOnFailure,
    onResult: (result) => checks.inc({ result }),
  }
}
