import type { IncomingMessage } from 'node:http'
import type { Logger } from '../../../shared/runtime/observability/logger.ts'
import { headerValues } from './request-headers.ts'

/** Refusals that a setting causes and whose reason a page cannot see, with the header that was refused. */
const hints = {
  origin: 'a page was refused: its origin is not in ALLOWED_ORIGINS',
  host: 'a request was refused: authentication is off, and its host is neither a loopback name nor the host of an entry of ALLOWED_ORIGINS',
} as const

/** A refusal that is logged with its cause. */
export type HintedRefusal = keyof typeof hints

/** Logs the first refusal of each origin and host. Anyone can send others, so the number of lines and their length are bounded. */
export type RefusalHints = (refusal: HintedRefusal, request: Pick<IncomingMessage, 'rawHeaders'>) => void

const maxLines = 50
const maxChars = 200

export const createRefusalHints = (log: Pick<Logger, 'warn'>): RefusalHints => {
  const logged = new Set<string>()
  return (refusal, request) => {
    const value = headerValues(request, refusal).join(', ').slice(0, maxChars)
    const line = `${refusal} ${value}`
    if (logged.has(line) || logged.size >= maxLines) return
    logged.add(line)
    log.warn({ [refusal]: value }, hints[refusal])
    if (logged.size === maxLines) log.warn(`refused origins and hosts are no longer logged: ${maxLines} were`)
  }
}
