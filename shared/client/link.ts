import { stale } from '../protocol/close-codes.ts'
import type { ErrorBody } from '../protocol/errors.ts'
import type { ClientClock, ClientTimer } from './client-clock.ts'
import type { ClientTimes } from './client-times.ts'
import type { FeedFrame, FrameBody, ServerFrame } from './frames.ts'
import { isFeedFrame, readFrame } from './frames.ts'
import type { OutgoingRequest } from './outgoing-request.ts'
import type { Socket } from './socket.ts'

/** The end of a request on one link. `lost`: the connection closed first; the request may or may not be carried out. */
export type RequestOutcome =
  | { readonly kind: 'answered'; readonly body: FrameBody }
  | { readonly kind: 'refused'; readonly error: ErrorBody }
  | { readonly kind: 'lost' }

/** The end of a socket. `cause`: the error that the runtime reported, if it reports any. */
export interface Closing {
  readonly code: number
  readonly reason: string
  readonly cause?: unknown
}

/** The receivers of the events of one link. */
export interface LinkEvents {
  opened(): void
  feed(frame: FeedFrame): void
  /** Neither part of a feed nor the answer to a request. */
  pushed(frame: ServerFrame): void
  /** Called exactly once, after every request in flight has ended as lost. */
  closed(closing: Closing): void
  /** Called for every frame in both directions. */
  passed(direction: 'in' | 'out', text: string): void
}

/**
 * One socket, from its opening to its close.
 *
 * Promises:  events are called in the order of the frames, each before the next
 *            frame is read; a request ends exactly once; a link that receives
 *            nothing for too long closes itself.
 * Does not:  reconnect.
 */
export interface Link {
  /** Call it only while the link is open. A feed frame with the id also ends the request, after `feed` was called with that frame. */
  ask(request: OutgoingRequest, onOutcome: (outcome: RequestOutcome) => void): void
  /** Waits for a second answer under the id of a request (`resume`, within `create-user`). */
  expect(event: string, id: string, onOutcome: (outcome: RequestOutcome) => void): void
  /** Sends a `ping` now, and closes the link if no frame is received within `pongMs`. */
  probe(): void
  /** Idempotent; calls `closed` at once. */
  close(code: number, reason: string): void
}

/** The socket of a link, and the parts that the link uses. */
export interface LinkDeps {
  readonly socket: Socket
  readonly clock: ClientClock
  readonly times: ClientTimes
  readonly ping: () => OutgoingRequest
  readonly events: LinkEvents
}

const outcomeOf = ({ body, error }: ServerFrame): RequestOutcome =>
  error === undefined ? { kind: 'answered', body: body ?? {} } : { kind: 'refused', error }

export const openLink = ({ socket, clock, times, ping, events }: LinkDeps): Link => {
  const pending = new Map<string, (outcome: RequestOutcome) => void>()
  let isClosed = false
  let receivedAtMs = clock.monotonicMs()
  let framesReceived = 0
  let timer: ClientTimer | undefined
  let cause: unknown

  const expect: Link['expect'] = (event, id, onOutcome) => void pending.set(`${event} ${id}`, onOutcome)

  const ask: Link['ask'] = (request, onOutcome) => {
    if (isClosed) return onOutcome({ kind: 'lost' })
    expect(request.event, request.id, onOutcome)
    events.passed('out', request.shown ?? request.text)
    socket.send(request.text)
  }

  const settle = (frame: ServerFrame): void => {
    const key = `${frame.event} ${frame.id}`
    const onOutcome = pending.get(key)
    pending.delete(key)
    onOutcome?.(outcomeOf(frame))
  }

  const receive = (text: unknown): void => {
    if (isClosed) return
    receivedAtMs = clock.monotonicMs()
    framesReceived += 1
    const frame = readFrame(text)
    if (frame === undefined) return
    events.passed('in', String(text))
    if (isFeedFrame(frame)) events.feed(frame)
    else if (frame.id === undefined) events.pushed(frame)
    if (frame.id !== undefined) settle(frame)
  }

  const end = (closing: Closing): void => {
    if (isClosed) return
    isClosed = true
    timer?.cancel()
    const left = [...pending.values()]
    pending.clear()
    for (const onOutcome of left) onOutcome({ kind: 'lost' })
    events.closed(closing)
  }

  const close: Link['close'] = (code, reason) => {
    if (isClosed) return
    socket.close(code, reason)
    end({ code, reason })
  }

  const watchSilence = (): void => {
    const dueInMs = receivedAtMs + times.silenceMs - clock.monotonicMs()
    if (dueInMs <= 0) return probe()
    timer = clock.after(dueInMs, watchSilence)
  }

  /** Without an answer the connection counts as dead, even if the socket is still open. */
  const probe = (): void => {
    timer?.cancel()
    const receivedBefore = framesReceived
    ask(ping(), () => undefined)
    timer = clock.after(times.pongMs, () => {
      if (framesReceived > receivedBefore) watchSilence()
      else close(stale.code, stale.reason)
    })
  }

  socket.addEventListener('open', () => {
    if (isClosed) return
    receivedAtMs = clock.monotonicMs()
    watchSilence()
    events.opened()
  })
  socket.addEventListener('message', ({ data }) => receive(data))
  socket.addEventListener('close', ({ code, reason }) => end({ code, reason, cause }))
  // The close that follows ends the link. `ws` throws if there is no listener.
  socket.addEventListener('error', (event) => {
    const { error, message } = (event ?? {}) as { readonly error?: unknown; readonly message?: unknown }
    cause = error ?? message
  })

  return { ask, expect, probe, close }
}
