import type { ConfigProblem } from './config-error.ts'
import type { ServiceValues } from './settings.ts'

/** The endpoint of a webhook. */
export interface WebhookConfig {
  readonly url: string
  /** One or two. */
  readonly secrets: readonly string[]
  /** Networks that may be reached besides public addresses. */
  readonly privateNetworks: readonly string[]
}

/** The problems of the settings of the relay in combination. */
export const relayProblems = ({
  WEBHOOK_URL,
  WEBHOOK_SECRETS,
  WEBHOOK_PRIVATE_NETWORKS,
}: Pick<ServiceValues, 'WEBHOOK_URL' | 'WEBHOOK_SECRETS' | 'WEBHOOK_PRIVATE_NETWORKS'>): ConfigProblem[] => {
  if (WEBHOOK_URL === undefined)
    return WEBHOOK_SECRETS === undefined ? [] : [{ key: 'WEBHOOK_SECRETS', reason: 'needs WEBHOOK_URL' }]
  const isOpen = WEBHOOK_URL.startsWith('http:') && WEBHOOK_PRIVATE_NETWORKS.length === 0
  return [
    ...(WEBHOOK_SECRETS === undefined ? [{ key: 'WEBHOOK_SECRETS', reason: 'must be set with WEBHOOK_URL' }] : []),
    ...(isOpen ? [{ key: 'WEBHOOK_URL', reason: 'must begin with https://, unless WEBHOOK_PRIVATE_NETWORKS is set' }] : []),
  ]
}

/** The webhook of settings without problems; frozen. */
export const webhookConfig = (values: ServiceValues): WebhookConfig | undefined => {
  const { WEBHOOK_URL: url, WEBHOOK_SECRETS: secrets = [], WEBHOOK_PRIVATE_NETWORKS: privateNetworks } = values
  return url === undefined ? undefined : Object.freeze({ url, secrets, privateNetworks })
}
