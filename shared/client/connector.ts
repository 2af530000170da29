import { closeCodes, mayReconnect } from '../protocol/close-codes.ts'
import { ChatError, refusal } from './chat-error.ts'
import type { ChatState } from './chat-events.ts'
import type { ClientClock, ClientTimer } from './client-clock.ts'
import type { ClientTimes } from './client-times.ts'
import { backoffMs } from './client-times.ts'
import type { Body, FeedFrame, ServerFrame } from './frames.ts'
import type { Link, LinkEvents, Settlement } from './link.ts'
import type { OutgoingRequest } from './requests.ts'
import type { TokenSource } from './token-source.ts'

/**
 * Keeps the client connected: one bound link at a time, and while that one is
 * to be left (`drain`), the next one beside it.
 *
 * Promises:  frames of the feed come from one link at a time; back-off with
 *            full jitter, a growing ceiling and respect for `retry_after_ms`;
 *            ends where the close code says so.
 * Does not:  know what is asked or heard on a link.
 */
export interface Connector {
  start(): void
  /** Waiting to connect: connects now. Connected: finds out whether it still is. */
  wake(): void
  /** For good. Idempotent. */
  end(error: ChatError): void
}

export interface ConnectorPorts {
  readonly clock: ClientClock
  readonly times: ClientTimes
  readonly random: () => number
  readonly tokens: TokenSource
  /** Throws where the address is none. */
  readonly open: (token: string | undefined, events: LinkEvents) => Link
  /** `create-user`, with the resume of this moment. */
  readonly bindRequest: () => OutgoingRequest
  readonly passed: LinkEvents['passed']
  /** Bound; what was asked on a former link has been settled as lost. */
  readonly bound: (link: Link, bound: { readonly id: string; readonly body: Body; readonly token: string | undefined }) => void
  readonly feed: (frame: FeedFrame) => void
  /** The service has sent frames of this room that it does not have; its feed goes on after `seq`. */
  readonly reset: (room: string, seq: number) => void
  readonly lost: () => void
  readonly state: (state: ChatState) => void
  readonly ended: (error: ChatError) => void
}

interface Attempt {
  link: Link | undefined
  deadline: ClientTimer | undefined
}

const moved = { code: 1000, reason: 'moved' } as const

export const createConnector = (ports: ConnectorPorts): Connector => {
  const { clock, times, random, tokens } = ports
  let current: Link | undefined
  let attempt: Attempt | undefined
  let retry: ClientTimer | undefined
  let failures = 0
  let boundAtMs = 0
  let isEnded = false

  const schedule = (delayMs: number): void => {
    retry?.cancel()
    retry = clock.after(delayMs, connectNow)
  }

  const comeBack = (error?: unknown, leastMs = 0): void => {
    const retryInMs = Math.max(leastMs, backoffMs(times, random, failures))
    failures += 1
    schedule(retryInMs)
    if (current === undefined) ports.state({ state: 'offline', retryInMs, ...(error === undefined ? {} : { error }) })
  }

  const connectNow = (): void => {
    retry?.cancel()
    retry = undefined
    if (isEnded || attempt !== undefined) return
    const mine: Attempt = { link: undefined, deadline: undefined }
    attempt = mine
    mine.deadline = clock.after(times.connectMs, () => failed(mine, new Error('no answer while connecting')))
    if (current === undefined) ports.state({ state: 'connecting' })
    tokens.current().then(
      (token) => open(mine, token),
      (error: unknown) => failed(mine, error),
    )
  }

  const open = (mine: Attempt, token: string | undefined): void => {
    if (attempt !== mine) return
    try {
      mine.link = ports.open(token, eventsFor(mine, token))
    } catch (error) {
      end(new ChatError('ended', `ended: ${error instanceof Error ? error.message : String(error)}`, { cause: error }))
    }
  }

  const failed = (mine: Attempt, error: unknown, leastMs?: number): void => {
    if (attempt !== mine) return
    drop()
    comeBack(error, leastMs)
  }

  /** The attempt under way comes to nothing. */
  const drop = (): void => {
    const dropped = attempt
    attempt = undefined
    dropped?.deadline?.cancel()
    dropped?.link?.close(moved.code, moved.reason)
  }

  const eventsFor = (mine: Attempt, token: string | undefined): LinkEvents => ({
    opened: () => {
      const request = ports.bindRequest()
      mine.link?.ask(request, (settlement) => settled(mine, request.id, token, settlement))
    },
    feed: (frame) => {
      if (current === mine.link) ports.feed(frame)
    },
    pushed: (frame) => {
      if (current === mine.link) hearPush(frame)
    },
    closed: (code, reason) => {
      if (attempt === mine) closedEarly(mine, code, reason)
      else if (current === mine.link) lost(code, reason)
    },
    passed: ports.passed,
  })

  const settled = (mine: Attempt, id: string, token: string | undefined, settlement: Settlement): void => {
    if (attempt !== mine || mine.link === undefined || settlement.kind === 'lost') return
    if (settlement.kind === 'answered') return bound(mine, mine.link, { id, body: settlement.body, token })
    const error = refusal(settlement.error)
    if (error.retryable) failed(mine, error, error.retryAfterMs)
    else end(new ChatError('ended', `ended: the user was refused: ${error.message}`, { cause: error }))
  }

  const bound = (mine: Attempt, link: Link, how: Parameters<ConnectorPorts['bound']>[1]): void => {
    const former = current
    attempt = undefined
    mine.deadline?.cancel()
    current = link
    boundAtMs = clock.monotonicMs()
    former?.close(moved.code, moved.reason)
    ports.bound(link, how)
    if (former === undefined) ports.state({ state: 'online' })
  }

  const hearPush = ({ event, body }: ServerFrame): void => {
    if (event === 'drain' && typeof body?.delay_ms === 'number' && attempt === undefined) schedule(body.delay_ms)
    if (event === 'reset' && typeof body?.room === 'string' && typeof body.seq === 'number') ports.reset(body.room, body.seq)
  }

  // The service may end a session before its token ends: then the same token opens the next one.
  const isFinal = (code: number): boolean =>
    !mayReconnect(code) || (code === closeCodes.tokenExpired.code && tokens.isSpent(clock.nowMs()))

  const endedBy = (code: number, reason: string): ChatError =>
    new ChatError('ended', `ended: the service closed the connection: ${code} ${reason}`, { closeCode: code })

  const closedEarly = (mine: Attempt, code: number, reason: string): void => {
    if (isFinal(code)) end(endedBy(code, reason))
    else failed(mine, endedBy(code, reason))
  }

  const lost = (code: number, reason: string): void => {
    current = undefined
    ports.lost()
    if (isFinal(code)) return end(endedBy(code, reason))
    if (clock.monotonicMs() - boundAtMs >= times.stableMs) failures = 0
    if (attempt === undefined) comeBack(endedBy(code, reason))
    else ports.state({ state: 'connecting' })
  }

  const end = (error: ChatError): void => {
    if (isEnded) return
    isEnded = true
    retry?.cancel()
    drop()
    const last = current
    current = undefined
    last?.close(moved.code, 'closed')
    ports.lost()
    ports.ended(error)
    ports.state({ state: 'closed', error })
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
