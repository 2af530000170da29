import { mayReconnect, tokenExpired } from '../protocol/close-codes.ts'
import { ChatError, refusal } from './chat-error.ts'
import type { ClientTimer } from './client-clock.ts'
import { backoffMs } from './client-times.ts'
import { closeError } from './close-error.ts'
import type { BoundLink, ConnectorDeps } from './connector-deps.ts'
import type { ServerFrame } from './frames.ts'
import type { Closing, Link, LinkEvents, RequestOutcome } from './link.ts'

/**
 * Keeps the client connected over one bound link at a time. When the service
 * announces the end of the link (`drain`), the next one is opened beside it.
 *
 * Promises:  feed frames come from one link at a time; the back-off has full
 *            jitter, a growing ceiling and respects `retry_after_ms`; the
 *            client ends if the close code is final, or if its only token is
 *            refused.
 * Does not:  interpret the frames of a link.
 */
export interface Connector {
  start(): void
  /** While it waits to connect: connects now. While connected: checks the connection. */
  wake(): void
  /** Ends for good. Idempotent. */
  end(error: ChatError): void
}

interface ConnectionAttempt {
  token: string | undefined
  link: Link | undefined
  deadline: ClientTimer | undefined
  isOpen: boolean
}

const moved = { code: 1000, reason: 'moved' } as const

/** The reason is requested at the first of consecutive failures and at every fourth after it, so that most attempts cost one request. */
const failuresPerSearch = 4

export const createConnector = (deps: ConnectorDeps): Connector => {
  const { clock, times, random, tokens, url } = deps
  let current: Link | undefined
  let attempt: ConnectionAttempt | undefined
  let retry: ClientTimer | undefined
  let retryAtMs = 0
  let failures = 0
  let boundAtMs = 0
  let isEnded = false

  const schedule = (delayMs: number): void => {
    retry?.cancel()
    retry = clock.after(delayMs, connectNow)
  }

  const retryLater = (error: unknown, leastMs = 0): void => {
    const delayMs = Math.max(leastMs, backoffMs(times, random, failures))
    failures += 1
    schedule(delayMs)
    retryAtMs = clock.monotonicMs() + delayMs
    reportOffline(error)
  }

  const reportOffline = (error: unknown): void => {
    if (current === undefined) deps.state({ state: 'offline', retryInMs: Math.max(0, retryAtMs - clock.monotonicMs()), error })
  }

  const connectNow = (): void => {
    retry?.cancel()
    retry = undefined
    if (isEnded || attempt !== undefined) return
    const mine: ConnectionAttempt = { token: undefined, link: undefined, deadline: undefined, isOpen: false }
    attempt = mine
    const late = `no answer from ${url.href} within ${times.connectMs} ms`
    mine.deadline = clock.after(times.connectMs, () => failed(mine, new ChatError('disconnected', late)))
    if (current === undefined) deps.state({ state: 'connecting' })
    tokens.current().then(
      (token) => open(mine, token),
      (error: unknown) => failed(mine, error),
    )
  }

  const open = (mine: ConnectionAttempt, token: string | undefined): void => {
    if (attempt !== mine) return
    mine.token = token
    try {
      mine.link = deps.open(token, eventsFor(mine))
    } catch (error) {
      end(new ChatError('ended', String(error), { cause: error }))
    }
  }

  const failed = (mine: ConnectionAttempt, error: unknown, leastMs?: number): void => {
    if (attempt !== mine) return
    dropAttempt()
    retryLater(error, leastMs)
  }

  const dropAttempt = (): void => {
    const dropped = attempt
    attempt = undefined
    dropped?.deadline?.cancel()
    dropped?.link?.close(moved.code, moved.reason)
  }

  const eventsFor = (mine: ConnectionAttempt): LinkEvents => ({
    opened: () => {
      mine.isOpen = true
      const request = deps.bindRequest()
      mine.link?.ask(request, (outcome) => settle(mine, request.id, outcome))
    },
    feed: (frame) => {
      if (current === mine.link) deps.feed(frame)
    },
    pushed: (frame) => {
      if (current === mine.link) receivePush(frame)
    },
    closed: (closing) => {
      if (attempt === mine) closedEarly(mine, closing)
      else if (current === mine.link) lost(closing)
    },
    passed: deps.passed,
  })

  const settle = (mine: ConnectionAttempt, id: string, outcome: RequestOutcome): void => {
    if (attempt !== mine || mine.link === undefined || outcome.kind === 'lost') return
    if (outcome.kind === 'answered') return bound(mine, mine.link, { id, body: outcome.body, token: mine.token })
    const error = refusal(outcome.error)
    if (error.retryable) failed(mine, error, error.retryAfterMs)
    else end(new ChatError('ended', `the service refused the user: ${error.message}`, { cause: error }))
  }

  const bound = (mine: ConnectionAttempt, link: Link, bound: BoundLink): void => {
    const former = current
    attempt = undefined
    mine.deadline?.cancel()
    current = link
    boundAtMs = clock.monotonicMs()
    former?.close(moved.code, moved.reason)
    deps.bound(link, bound)
    if (former === undefined) deps.state({ state: 'online' })
  }

  const receivePush = (frame: ServerFrame): void => {
    const { event, body } = frame
    if (event === 'drain' && typeof body?.delay_ms === 'number' && attempt === undefined) schedule(body.delay_ms)
    if (event === 'reset' && typeof body?.room === 'string' && typeof body.seq === 'number') deps.reset(body.room, body.seq)
    deps.pushed(frame)
    if (event === 'features' && Array.isArray(body?.features)) deps.features(body.features)
  }

  // The service may end a session before its token expires: then the same token opens the next one.
  const isFinal = (code: number): boolean => !mayReconnect(code) || (code === tokenExpired.code && deps.isOnlyTokenExpired())

  const closedEarly = (mine: ConnectionAttempt, closing: Closing): void => {
    // The service accepts this token for no new user, because it was issued before a user was erased.
    const isTooOld = closing.code === tokenExpired.code && tokens.isFixed
    if (isFinal(closing.code) || isTooOld) return end(closeError('ended', url, closing))
    const isSearched = !mine.isOpen && failures % failuresPerSearch === 0
    failed(mine, closeError('disconnected', url, closing, mine.isOpen))
    if (isSearched) void findReason(mine, retry)
  }

  /** A refusal of the only token ends the client; any other reason is reported, and the client keeps retrying. */
  const findReason = async ({ token }: ConnectionAttempt, waiting: ClientTimer | undefined): Promise<void> => {
    const error = await deps.findRefusal(token)
    if (error === undefined || isEnded) return
    if (error.code === 'unauthenticated' && tokens.isFixed) {
      return end(new ChatError('ended', `${url.href} refused the connection: ${error.message}`, { cause: error }))
    }
    if (retry === waiting) reportOffline(error)
  }

  const lost = (closing: Closing): void => {
    current = undefined
    deps.lost()
    if (isFinal(closing.code)) return end(closeError('ended', url, closing))
    if (clock.monotonicMs() - boundAtMs >= times.stableMs) failures = 0
    if (attempt === undefined) retryLater(closeError('disconnected', url, closing))
    else deps.state({ state: 'connecting' })
  }

  const end = (error: ChatError): void => {
    if (isEnded) return
    isEnded = true
    retry?.cancel()
    dropAttempt()
    const last = current
    current = undefined
    last?.close(moved.code, 'closed')
    deps.lost()
    deps.ended(error)
    deps.state({ state: 'closed', error })
  }

  return {
    start: connectNow,
    wake: () => {
      if (retry !== undefined && current === undefined) connectNow()
      else current?.probe()
    },
    end,
  }
}
