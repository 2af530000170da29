import type { Requester } from '../support/client/requester.ts'
import { openRequester } from '../support/client/requester.ts'
import { secretIssuer, testSecret } from '../support/issuer.ts'

/** The gateways of a running chat that requires tokens. With only one gateway, all users are on it. */
export interface GuardedChat {
  readonly urls: readonly [string, ...string[]]
  readonly internalUrls: readonly [string, ...string[]]
  /** The processes that have a public port. */
  readonly pids: () => readonly number[]
  /** The log lines of all processes. */
  readonly log: () => readonly string[]
}

export const issuer = secretIssuer(testSecret)

/** The claims of a valid token. */
export const rightClaims = { aud: 'chat', iss: 'https://issuer.example' } as const

/** The settings of the chat in these tests. */
export const guardedEnv = {
  AUTH: 'jwt',
  JWT_SECRET: testSecret,
  JWT_LEEWAY_S: '0',
  SEARCH: 'on',
  JWT_AUDIENCE: 'chat',
  JWT_ISSUER: 'https://issuer.example',
  ALLOWED_ORIGINS: 'https://app.example.com',
  // So that each test can use its own client address, also with containers.
  TRUSTED_PROXIES: '127.0.0.1,172.16.0.0/12,192.168.0.0/16',
  // Low limits, so that the tests reach them.
  HEADERS_MS: '3000',
  BIND_MS: '5000',
  FRAME_MS: '3000',
  SOCKET_PING_MS: '4000',
  SOCKET_PONG_MS: '4000',
  STUCK_SOCKET_MS: '5000',
  ADDRESS_FRAMES_BURST: '1000',
  ADDRESS_FRAMES_PER_MINUTE: '6000',
  ADDRESS_UPGRADES_BURST: '50',
  ADDRESS_UPGRADES_PER_MINUTE: '60',
  SESSIONS_PER_USER: '5',
  SESSIONS_PER_ADDRESS: '10',
  BINDING_SESSIONS: '40',
  SESSIONS_PER_GATEWAY: '60',
} as const

/** Gateways only sign addresses of the store of files: no request reaches it. */
const filesEnv = {
  S3_ENDPOINT: 'https://files.example.com',
  S3_BUCKET: 'chat',
  S3_ACCESS_KEY_ID: 'gateway',
  S3_SECRET_ACCESS_KEY: 'a-secret-of-the-store',
  FILE_SECRET: 'a-secret-with-at-least-32-bytes-for-files',
} as const

/** The same settings, with bursts that let one user send every request, also on a fast machine, and with files. */
export const patientEnv = { ...guardedEnv, ...filesEnv, USER_REQUESTS_BURST: '2000', STRANGER_COMMANDS_BURST: '500' } as const

type Headers = Readonly<Record<string, string>>

let addresses = 0

/** A header with a client address that no other test uses. */
export const fromElsewhere = (): Headers => {
  addresses += 1
  return { 'X-Forwarded-For': `198.18.${addresses >> 8}.${addresses & 255}` }
}

export const asUser = async (sub: string, more: object = {}): Promise<Headers> => ({
  Authorization: `Bearer ${await issuer.token({ ...rightClaims, sub, ...more })}`,
})

export const asService = (): Promise<Headers> => asUser('back-office', { role: 'service' })

/** A socket of this user, from an address of its own. */
export const requesterAs = async (url: string, subject: string): Promise<Requester> =>
  openRequester(url, { ...(await asUser(subject)), ...fromElsewhere() })
