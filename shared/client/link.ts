import { closeCodes } from '../protocol/close-codes.ts'
import type { ErrorBody } from '../protocol/errors.ts'
import type { ClientClock, ClientTimer } from './client-clock.ts'
import type { ClientTimes } from './client-times.ts'
import type { Body, FeedFrame, ServerFrame } from './frames.ts'
import { isFeedFrame, readFrame } from './frames.ts'
import type { OutgoingRequest } from './requests.ts'
import type { Socket } from './socket.ts'

/** What became of a request on one link. `lost`: nobody knows. */
export type Settlement =
  | { readonly kind: 'answered'; readonly body: Body }
  | { readonly kind: 'refused'; readonly error: ErrorBody }
  | { readonly kind: 'lost' }

export interface LinkEvents {
  opened(): void
  feed(frame: FeedFrame): void
  /** Neither feed nor the answer to anything. */
  pushed(frame: ServerFrame): void
  /** Exactly once, after every request under way was settled as lost. */
  closed(code: number, reason: string): void
  /** Every frame as it passes. */
  passed(direction: 'in' | 'out', text: string): void
}

/**
 * One socket, from its opening to its close.
 *
 * Promises:  events come in the order of the frames, each before the next is
 *            looked at; a request is settled exactly once; a link that hears
 *            nothing closes itself.
 * Does not:  connect again.
 */
export interface Link {
  /** Only while open. A frame of the feed that carries the id settles too, after it went to `feed`. */
  ask(request: OutgoingRequest, settled: (settlement: Settlement) => void): void
  /** A second answer is due under the id of a request (`resume`, within `create-user`). */
  expect(event: string, id: string, settled: (settlement: Settlement) => void): void
  /** Finds out now whether the other side is still there. */
  probe(): void
  /** Idempotent; `closed` is told at once. */
  close(code: number, reason: string): void
}

export interface LinkPorts {
  readonly socket: Socket
  readonly clock: ClientClock
  readonly times: ClientTimes
  readonly ping: () => OutgoingRequest
  readonly events: LinkEvents
}

const settlementOf = ({ body, error }: ServerFrame): Settlement =>
  error === undefined ? { kind: 'answered', body: body ?? {} } : { kind: 'refused', error }

export const openLink = ({ socket, clock, times, ping, events }: LinkPorts): Link => {
  const pending = new Map<string, (settlement: Settlement) => void>()
  let isClosed = false
  let heardAtMs = clock.monotonicMs()
  let framesHeard = 0
  let timer: ClientTimer | undefined

  const expect: Link['expect'] = (event, id, settled) => void pending.set(`${event} ${id}`, settled)

  const ask: Link['ask'] = (request, settled) => {
    if (isClosed) return settled({ kind: 'lost' })
    expect(request.event, request.id, settled)
    events.passed('out', request.shown ?? request.text)
    socket.send(request.text)
  }

  const settle = (frame: ServerFrame): void => {
    const key = `${frame.event} ${frame.id}`
    const settled = pending.get(key)
    pending.delete(key)
    settled?.(settlementOf(frame))
  }

  const receive = (text: unknown): void => {
    if (isClosed) return
    heardAtMs = clock.monotonicMs()
    framesHeard += 1
    const frame = readFrame(text)
    if (frame === undefined) return
    events.passed('in', String(text))
    if (isFeedFrame(frame)) events.feed(frame)
    else if (frame.id === undefined) events.pushed(frame)
    if (frame.id !== undefined) settle(frame)
  }

  const end = (code: number, reason: string): void => {
    if (isClosed) return
    isClosed = true
    timer?.cancel()
    const left = [...pending.values()]
    pending.clear()
    for (const settled of left) settled({ kind: 'lost' })
    events.closed(code, reason)
  }

  const close: Link['close'] = (code, reason) => {
    if (isClosed) return
    socket.close(code, reason)
    end(code, reason)
  }

  const watch = (): void => {
    const dueInMs = heardAtMs + times.silenceMs - clock.monotonicMs()
    if (dueInMs <= 0) return probe()
    timer = clock.after(dueInMs, watch)
  }

  /** Whoever does not answer is gone, whatever the socket says. */
  const probe = (): void => {
    timer?.cancel()
    const heardBefore = framesHeard
    ask(ping(), () => undefined)
    timer = clock.after(times.pongMs, () => {
      if (framesHeard > heardBefore) watch()
      else close(closeCodes.stale.code, closeCodes.stale.reason)
    })
  }

  socket.addEventListener('open', () => {
    if (isClosed) return
    heardAtMs = clock.monotonicMs()
    watch()
    events.opened()
  })
  socket.addEventListener('message', ({ data }) => receive(data))
  socket.addEventListener('close', ({ code, reason }) => end(code, reason))
  // What went wrong shows as the close that follows; without a listener `ws` would throw.
  socket.addEventListener('error', () => undefined)

  return { ask, expect, probe, close }
}
