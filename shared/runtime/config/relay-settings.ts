import { isNetwork } from './access-settings.ts'
import type { Setting } from './setting.ts'
import { listOf, oneOf, setting, urlOf } from './setting.ts'

/** The keys of Standard Webhooks have 24 to 64 bytes. */
const isSecret = (value: string): boolean => /^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/.test(value)

const target = urlOf('https', 'http').refine((value) => {
  const { username, password, hash } = new URL(value)
  return username === '' && password === '' && hash === ''
}, 'must have no user name and no fragment')

/** The variables of the relay, and of the check of messages before they are sent. */
export const relaySettings = {
  RELAY_SINK: setting(
    'the sink of a relay process: `webhook`, `push` for notifications, or `search` for the index of `search-messages`',
    '',
    oneOf('webhook', 'push', 'search').optional(),
  ),
  WEBHOOK_URL: setting(
    'URL that receives each event of a room as a POST request: of a relay process, or of an embedded service',
    '',
    target.optional(),
  ),
  PUSH_URL: setting(
    'URL that receives a POST request for each new message of which members are to be notified who are not online: of a relay process, or of an embedded service',
    '',
    target.optional(),
  ),
  WEBHOOK_SECRETS: setting(
    'key with which the requests to `WEBHOOK_URL`, `PUSH_URL` and `PRE_SEND_URL` are signed (Standard Webhooks: `whsec_` and 24 to 64 bytes in Base64); two, separated by a comma, while the receiver changes its key',
    '',
    listOf(isSecret, 'must be keys like whsec_…, with 24 to 64 bytes in Base64, separated by a comma')
      .refine((secrets) => secrets.length <= 2, 'must be one key or two')
      .optional(),
  ),
  WEBHOOK_PRIVATE_NETWORKS: setting(
    'addresses or networks (`10.20.0.0/16`) that `WEBHOOK_URL`, `PUSH_URL` and `PRE_SEND_URL` may reach besides public addresses; only these may be reached over plain HTTP; separated by commas',
    '',
    listOf(isNetwork, 'must be addresses or networks like 10.20.0.0/16, none wider than /8, several separated by commas').default(
      [],
    ),
  ),
  PRE_SEND_URL: setting(
    'URL that a gateway asks about each message and each edit before it is sent; unset: no check',
    '',
    target.optional(),
  ),
  PRE_SEND_ON_FAILURE: setting(
    '`accept`: messages are sent unchecked while `PRE_SEND_URL` gives no valid answer within `PRE_SEND_MS`; `refuse`: they are refused with `unavailable`',
    '`accept`',
    oneOf('accept', 'refuse').default('accept'),
  ),
} as const satisfies Record<string, Setting>
