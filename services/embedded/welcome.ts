import type { AccessConfig } from '../../shared/runtime/config/access-config.ts'
import { isAcceptedHost } from '../gateway/admission/origin.ts'

/** The settings that the welcome text depends on. */
export interface WelcomeOptions {
  readonly host: string
  readonly port: number
  readonly internalPort: number
  readonly hasPage: boolean
  readonly access: Pick<AccessConfig, 'jwt' | 'allowedOrigins'>
}

/** The address to connect to: a wildcard address is reachable as localhost. */
const reachable = (host: string): string => {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

/** Lines about ALLOWED_ORIGINS: without authentication the gateway refuses hosts that are neither loopback nor listed. */
const refusedHost = (at: string, { jwt, allowedOrigins }: WelcomeOptions['access']): readonly string[] => {
  const isAccepted = isAcceptedHost({ rawHeaders: ['Host', at] }, { allowed: allowedOrigins, isOpen: jwt === undefined })
  if (isAccepted) return []
  return [
    '  Authentication is off, so connections to this address are refused until a setting allows it:',
    '',
    `    ALLOWED_ORIGINS=http://${at}`,
    '',
  ]
}

/** The address of the page, or of the WebSocket if the page is off. */
export const chatAddress = ({ host, port, hasPage }: Pick<WelcomeOptions, 'host' | 'port' | 'hasPage'>): string =>
  `${hasPage ? 'http' : 'ws'}://${reachable(host)}:${port}/${hasPage ? '' : 'ws'}`

/** The text that the embedded chat prints on a terminal when it is ready. */
export const welcome = ({ host, port, internalPort, hasPage, access }: WelcomeOptions): string => {
  const at = `${reachable(host)}:${port}`
  return [
    '',
    `  The chat is ready at ${chatAddress({ host, port, hasPage })}`,
    '',
    ...refusedHost(at, access),
    '  Or try the protocol from a second terminal:',
    '',
    `    npx wscat -c ${chatAddress({ host, port, hasPage: false })}`,
    '    {"event":"create-user","id":"1","body":{"user":{"externalUserId":"ann","name":"Ann"}}}',
    '',
    `  The README has the next steps. Health checks and metrics are on port ${internalPort}. Ctrl-C stops the chat.`,
    '',
    '',
  ].join('\n')
}
