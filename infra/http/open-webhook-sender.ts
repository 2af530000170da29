import type { HttpSender } from '../../shared/ports/http-sender.ts'
import type { SharedConfig } from '../../shared/runtime/config/config.ts'
import type { WebhookConfig } from '../../shared/runtime/config/relay-config.ts'
import { httpSender } from './http-sender.ts'

/** The sender of a webhook, with the time-out and the bounds of the configuration. */
export const openWebhookSender = (
  { url, privateNetworks }: WebhookConfig,
  { times, bounds }: Pick<SharedConfig, 'times' | 'bounds'>,
): HttpSender =>
  httpSender({
    url,
    allowedNetworks: privateNetworks,
    timeoutMs: times.webhookMs,
    connections: bounds.webhookRequests + bounds.webhookParkedRequests,
  })
