import type { ClientClock, ClientTimer } from './client-clock.ts'
import type { ClientTimes } from './client-times.ts'
import { backoffMs } from './client-times.ts'
import type { FrameBody } from './frames.ts'
import type { Link, RequestOutcome } from './link.ts'
import type { CreateRequest, OutgoingRequest } from './outgoing-request.ts'
import type { ServiceClock } from './service-clock.ts'
import { createServiceClock } from './service-clock.ts'
import type { TokenSource } from './token-source.ts'
import { timesOf } from './token-source.ts'

/**
 * Sends a new token before the last one expires, so that the connection stays
 * open. If that fails, the service closes the socket with 4003, and the next
 * connection uses a new token.
 *
 * Promises:  the time that is left is measured by the service's clock, which a
 *            `ping` reads on each connection; two refreshes are at least
 *            `refreshLeastMs` apart, whatever times the tokens and clocks have.
 */
export interface TokenRefresh {
  connected(link: Link, token: string | undefined): void
  disconnected(): void
  /** Whether the client has one fixed token, and it has expired or states no expiry time. */
  isOnlyTokenExpired(): boolean
}

/** The parts of a client that refreshing its token uses. */
export interface TokenRefreshDeps {
  readonly source: TokenSource
  readonly clock: ClientClock
  readonly times: ClientTimes
  readonly random: () => number
  readonly request: CreateRequest
  /** Creates the correlation id of a `refresh`; random, because its frames are shown without their token. */
  readonly nextId: () => string
}

/** A timer holds at most 24 days. */
const longestWaitMs = 86_400_000

const refreshRequest = (id: string, token: string): OutgoingRequest => {
  const text = (shown: string): string => JSON.stringify({ event: 'refresh', id, body: { token: shown } })
  return { id, event: 'refresh', text: text(token), shown: text('…') }
}

const expiryIn = (body: FrameBody, token: string): number | undefined =>
  typeof body.expires_at === 'string' ? Date.parse(body.expires_at) : timesOf(token).expiresAtMs

/** While the service's time is unknown, the token counts as issued now. */
const nowBy = (service: ServiceClock, token: string, clock: ClientClock): number =>
  service.nowMs() ?? timesOf(token).issuedAtMs ?? clock.nowMs()

export const createTokenRefresh = (deps: TokenRefreshDeps): TokenRefresh => {
  const { source, clock, times, random, request, nextId } = deps
  const service = createServiceClock(clock)
  let link: Link | undefined
  let lastToken: string | undefined
  let timer: ClientTimer | undefined
  let failures = 0

  /** Runs `refresh` after `delayMs`, in steps that a timer can hold. */
  const refreshIn = (delayMs: number): void => {
    timer?.cancel()
    timer = clock.after(Math.min(delayMs, longestWaitMs), () =>
      delayMs > longestWaitMs ? refreshIn(delayMs - longestWaitMs) : refresh(),
    )
  }

  const schedule = (token: string, expiresAtMs: number | undefined): void => {
    if (expiresAtMs === undefined || source.isFixed) return
    const leftMs = expiresAtMs - nowBy(service, token, clock)
    refreshIn(Math.max(times.refreshLeastMs, leftMs - Math.min(times.refreshBeforeMs, leftMs / 2)))
  }

  const retry = (leastMs = 0): void => {
    refreshIn(Math.max(times.refreshLeastMs, leastMs, backoffMs(times, random, failures)))
    failures += 1
  }

  const settle = (token: string, outcome: RequestOutcome): void => {
    if (outcome.kind === 'answered') {
      failures = 0
      schedule(token, expiryIn(outcome.body, token))
    } else if (outcome.kind === 'refused' && outcome.error.retryable) retry(outcome.error.retry_after_ms)
  }

  const refresh = (): void => {
    const on = link
    const send = (token: string | undefined): void => {
      if (link !== on || token === undefined) return
      lastToken = token
      on?.ask(refreshRequest(nextId(), token), (outcome) => {
        if (link === on) settle(token, outcome)
      })
    }
    source.current().then(send, () => {
      if (link === on) retry()
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
      lastToken = token
      failures = 0
      if (token === undefined) return
      const { expiresAtMs } = timesOf(token)
      if (expiresAtMs === undefined) return
      const sentAtMs = clock.monotonicMs()
      next.ask(request('ping', {}), (outcome) => {
        if (link !== next) return
        if (outcome.kind === 'answered') service.read(outcome.body.now, sentAtMs)
        schedule(token, expiresAtMs)
      })
    },
    disconnected,
    isOnlyTokenExpired: () => {
      if (!source.isFixed) return false
      const expiresAtMs = lastToken === undefined ? undefined : timesOf(lastToken).expiresAtMs
      const nowMs = service.nowMs()
      return expiresAtMs === undefined || (nowMs !== undefined && expiresAtMs <= nowMs)
    },
  }
}
