import type { ConfigProblem } from './config-error.ts'
import type { ServiceValues } from './settings.ts'

/** A receiver of signed requests. */
export interface WebhookConfig {
  readonly url: string
  /** One or two. */
  readonly secrets: readonly string[]
  /** Networks that may be reached besides public addresses. */
  readonly privateNetworks: readonly string[]
}

/** The receiver that checks messages before they are sent. */
export interface PreSendConfig extends WebhookConfig {
  /** Whether messages are accepted while it fails. */
  readonly acceptsOnFailure: boolean
}

const urlKeys = ['WEBHOOK_URL', 'PUSH_URL', 'PRE_SEND_URL'] as const

type RelayValues = Pick<ServiceValues, (typeof urlKeys)[number] | 'WEBHOOK_SECRETS' | 'WEBHOOK_PRIVATE_NETWORKS'>

/** The problems of the settings of receivers in combination. */
export const relayProblems = (values: RelayValues): ConfigProblem[] => {
  const { WEBHOOK_SECRETS, WEBHOOK_PRIVATE_NETWORKS } = values
  const set = urlKeys.filter((key) => values[key] !== undefined)
  const [first] = set
  if (first === undefined) {
    return WEBHOOK_SECRETS === undefined
      ? []
      : [{ key: 'WEBHOOK_SECRETS', reason: 'needs WEBHOOK_URL, PUSH_URL or PRE_SEND_URL' }]
  }
  const plain = WEBHOOK_PRIVATE_NETWORKS.length > 0 ? [] : set.filter((key) => values[key]?.startsWith('http:') === true)
  return [
    ...(WEBHOOK_SECRETS === undefined ? [{ key: 'WEBHOOK_SECRETS', reason: `must be set with ${first}` }] : []),
    ...plain.map((key) => ({ key, reason: 'must begin with https://, unless WEBHOOK_PRIVATE_NETWORKS is set' })),
  ]
}

const receiver = (url: string, { WEBHOOK_SECRETS: secrets = [], WEBHOOK_PRIVATE_NETWORKS: privateNetworks }: ServiceValues) => ({
  url,
  secrets,
  privateNetworks,
})

/** The receiver at the URL of settings without problems; frozen. */
export const webhookConfig = (key: 'WEBHOOK_URL' | 'PUSH_URL', values: ServiceValues): WebhookConfig | undefined => {
  const url = values[key]
  return url === undefined ? undefined : Object.freeze(receiver(url, values))
}

/** The check before sending of settings without problems; frozen. */
export const preSendConfig = (values: ServiceValues): PreSendConfig | undefined => {
  const { PRE_SEND_URL: url, PRE_SEND_ON_FAILURE } = values
  return url === undefined
    ? undefined
    : Object.freeze({ ...receiver(url, values), acceptsOnFailure: PRE_SEND_ON_FAILURE === 'accept' })
}
