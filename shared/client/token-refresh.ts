import type { ClientClock, ClientTimer } from './client-clock.ts'
import type { ClientTimes } from './client-times.ts'
import { backoffMs } from './client-times.ts'
import type { Body } from './frames.ts'
import type { Link, Settlement } from './link.ts'
import type { OutgoingRequest } from './requests.ts'
import type { TokenSource } from './token-source.ts'
import { expiryOf } from './token-source.ts'

/**
 * Gives the service a new token before the last one ends, so that the
 * connection stays. Where that fails, the service closes with 4003, and the
 * next connection has a new token.
 */
export interface TokenRefresh {
  connected(link: Link, token: string | undefined): void
  disconnected(): void
}

export interface TokenRefreshPorts {
  readonly source: TokenSource
  readonly clock: ClientClock
  readonly times: ClientTimes
  readonly random: () => number
  readonly nextId: () => string
}

/** Timers hold no more than 24 days. */
const longestWaitMs = 86_400_000

const refreshRequest = (id: string, token: string): OutgoingRequest => {
  const text = (shown: string): string => JSON.stringify({ event: 'refresh', id, body: { token: shown } })
  return { id, event: 'refresh', text: text(token), shown: text('…') }
}

const expiryIn = (body: Body, token: string): number | undefined =>
  typeof body.expires_at === 'string' ? Date.parse(body.expires_at) : expiryOf(token)

export const createTokenRefresh = ({ source, clock, times, random, nextId }: TokenRefreshPorts): TokenRefresh => {
  let link: Link | undefined
  let timer: ClientTimer | undefined
  let failures = 0

  const schedule = (expiresAtMs: number | undefined): void => {
    if (expiresAtMs === undefined || source.isFixed) return
    const leftMs = Math.max(0, expiresAtMs - clock.nowMs())
    const waitMs = leftMs - Math.min(times.refreshBeforeMs, leftMs / 2)
    timer = clock.after(Math.min(waitMs, longestWaitMs), () => (waitMs > longestWaitMs ? schedule(expiresAtMs) : refresh()))
  }

  const again = (leastMs = 0): void => {
    timer = clock.after(Math.max(leastMs, backoffMs(times, random, failures)), refresh)
    failures += 1
  }

  const settled = (token: string, settlement: Settlement): void => {
    if (settlement.kind === 'answered') {
      failures = 0
      schedule(expiryIn(settlement.body, token))
    } else if (settlement.kind === 'refused' && settlement.error.retryable) again(settlement.error.retry_after_ms)
  }

  const refresh = (): void => {
    const on = link
    const send = (token: string | undefined): void => {
      if (link !== on || token === undefined) return
      on?.ask(refreshRequest(nextId(), token), (settlement) => {
        if (link === on) settled(token, settlement)
      })
    }
    source.current().then(send, () => {
      if (link === on) again()
    })
  }

  const disconnected = (): void => {
    link = undefined
    timer?.cancel()
  }

  return {
    connected: (next, token) => {
      disconnected()
      link = next
      failures = 0
      if (token !== undefined) schedule(expiryOf(token))
    },
    disconnected,
  }
}
