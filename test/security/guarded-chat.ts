import { secretIssuer, testSecret } from '../support/issuer.ts'

/** A running chat that asks for tokens, by its gateways; with only one, both sides are on it. */
export interface GuardedChat {
  readonly urls: readonly [string, ...string[]]
  readonly internalUrls: readonly [string, ...string[]]
  /** The processes with a public port. */
  readonly pids: () => readonly number[]
  /** Everything that its processes have logged. */
  readonly log: () => readonly string[]
}

export const issuer = secretIssuer(testSecret)

/** What every token has to say here. */
export const rightClaims = { aud: 'chat', iss: 'https://issuer.example' } as const

/** What every guarded chat of these tests is told. */
export const guardedEnv = {
  AUTH: 'jwt',
  JWT_SECRET: testSecret,
  JWT_LEEWAY_S: '0',
  JWT_AUDIENCE: 'chat',
  JWT_ISSUER: 'https://issuer.example',
  ALLOWED_ORIGINS: 'https://app.example.com',
  // So that each test can come from an address of its own, into a container too.
  TRUSTED_PROXIES: '127.0.0.1,172.16.0.0/12,192.168.0.0/16',
  // Small, so that they are met.
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

/** The same, with room for one user to try every frame in a row, however quick the machine. */
export const patientEnv = { ...guardedEnv, USER_REQUESTS_BURST: '2000', STRANGER_COMMANDS_BURST: '500' } as const

type Headers = Readonly<Record<string, string>>

let addresses = 0

/** Comes from an address that no other test comes from. */
export const fromElsewhere = (): Headers => {
  addresses += 1
  return { 'X-Forwarded-For': `198.18.${addresses >> 8}.${addresses & 255}` }
}

export const asUser = async (sub: string, more: object = {}): Promise<Headers> => ({
  Authorization: `Bearer ${await issuer.token({ ...rightClaims, sub, ...more })}`,
})

export const asService = (): Promise<Headers> => asUser('back-office', { role: 'service' })
