import type { EntryCode } from './entry.ts'
import type { FrameView } from './frame-view.ts'
import type { LoadContext } from './load-context.ts'
import { openLoadSocket } from './load-socket.ts'
import type { ParsedFrame } from './parse-frame.ts'
import { codeNamed, viewOf } from './parse-frame.ts'
import { createPendingOperations } from './pending-operations.ts'
import type { Source } from './recorder.ts'
import type { Sending, Settled } from './sending.ts'

export interface ConnectionEvents {
  /** A feed frame arrived. */
  readonly onFeed: (view: FrameView) => void
  /** Another frame arrived: an answer to `ask`, or a notification. */
  readonly onOther: (frame: ParsedFrame) => void
  readonly onClosed: (code: number) => void
}

/**
 * One socket of the load. Passes what it sends and receives to the recorder.
 *
 * Does not:  reconnect, or send a command again.
 */
export interface Connection {
  readonly socket: number
  readonly isOpen: boolean
  readonly pending: number
  /** The number of frames that were read. */
  readonly frames: number
  /** The number of frames that were counted and not read. */
  readonly skimmed: number
  /** Resolves when the socket is open; rejects when the connection fails. */
  readonly opened: Promise<void>
  send(sending: Sending): void
  sendText(text: string): void
  /** Ends operations that were sent before then with an unknown outcome. */
  giveUp(sentBeforeMs: number): void
  pause(): void
  resume(): void
  close(): void
  terminate(): void
}

export interface Target {
  readonly url: string
  readonly user: number
  readonly token?: string | undefined
  /** Reads slowly, so that its delays do not count. */
  readonly isSlow?: boolean
  /** Counts the events of other users and does not read them. */
  readonly skims?: boolean
}

const sampleEvery = 997

/** The names of answers and pushes that concern signals and read markers. */
const ephemeralEvents: ReadonlySet<string> = new Set(['watch', 'signal', 'presence', 'profile', 'mark-read', 'read'])

const unknownFate = (code: EntryCode): Settled => ({ outcome: 'unknown', code, seq: 0, retryAfterMs: 0 })
const confirmed = (seq: number): Settled => ({ outcome: 'ok', code: 'none', seq, retryAfterMs: 0 })

export const openConnection = (context: LoadContext, target: Target, events: ConnectionEvents): Connection => {
  const { ids, format, recorder, counts, now } = context
  const { url, user, token, isSlow = false, skims = false } = target
  const source: Source = { socket: context.next.socket(), user, isSlow }
  const read = format.reader(ids)
  const pending = createPendingOperations()
  const opened = Promise.withResolvers<void>()
  opened.promise.catch(() => {})
  let [frames, skimmed] = [0, 0]
  let hello = format.hello

  const settle = (operation: number, settled: Settled): void => {
    const found = pending.take(operation)
    if (found === undefined) return recorder.unexpected(source, operation)
    recorder.settled(source, found.sending, operation, settled)
    found.sending.onSettled?.(settled)
  }

  const seeFeed = (view: FrameView, text: Buffer): void => {
    const { operation, seq } = view
    recorder.frame(source, view, text)
    if (operation !== 0) settle(operation, confirmed(seq))
    events.onFeed(view)
  }

  /** They are counted apart, so that they do not change the numbers of messages. */
  const countApart = ({ length }: Buffer): void => {
    counts.frames -= 1
    counts.bytes -= length
    counts.ephemeral.frames += 1
    counts.ephemeral.bytes += length
  }

  const seeOther = (text: Buffer): void => {
    const frame = format.parse(text.toString())
    if (ephemeralEvents.has(frame.event)) countApart(text)
    const view = viewOf(frame, ids)
    if (view.kind === 'feed') return seeFeed({ ...view, commonFrom: text.indexOf('"event"') }, text)
    if (view.operation === 0) return events.onOther(frame)
    const { code = 'none', retry_after_ms: retryAfterMs = 0 } = frame.error ?? {}
    const outcome = frame.error === undefined ? 'ok' : code === 'timeout' ? 'unknown' : 'failed'
    settle(view.operation, { outcome, code: codeNamed(code), seq: 0, retryAfterMs })
  }

  const isMisread = (view: FrameView, text: Buffer): boolean => {
    const { commonFrom: _, ...byPosition } = view
    const parsed = viewOf(format.parse(text.toString()), ids)
    return Object.entries(parsed).some(([key, value]) => byPosition[key as keyof typeof byPosition] !== value)
  }

  const receive = (text: Buffer): void => {
    frames += 1
    counts.frames += 1
    counts.bytes += text.length
    const view = read(text)
    if (view?.kind === 'feed') {
      if (counts.frames % sampleEvery === 0 && isMisread(view, text)) counts.misread += 1
      return seeFeed(view, text)
    }
    if (view?.kind === 'answer' && view.operation !== 0) return settle(view.operation, confirmed(0))
    seeOther(text)
  }

  const receiveHello = (text: string): void => {
    if (hello === undefined || !text.startsWith(hello)) return
    hello = undefined
    opened.resolve()
  }

  const web = openLoadSocket({
    url,
    ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    onOpen: () => {
      if (hello === undefined) opened.resolve()
      else web.send(hello)
    },
    onText: (bytes, from, to) => {
      if (skims && format.isPlain(bytes, from)) {
        skimmed += 1
        return
      }
      const text = bytes.subarray(from, to)
      if (hello === undefined) receive(text)
      else receiveHello(text.toString())
    },
    onClosed: (code, reason) => {
      recorder.closed(source, code)
      for (const { operation } of pending.all()) settle(operation, unknownFate('closed'))
      opened.reject(new Error(`closed with ${code}${reason === '' ? '' : `: ${reason}`}`))
      events.onClosed(code)
    },
  })
  recorder.opened(source)

  return {
    socket: source.socket,
    get isOpen() {
      return web.isOpen
    },
    get pending() {
      return pending.size
    },
    get frames() {
      return frames
    },
    get skimmed() {
      return skimmed
    },
    opened: opened.promise,
    send: (sending) => {
      const operation = context.next.operation()
      pending.add({ operation, sending, sentMs: now() })
      recorder.sent(source, sending, operation)
      web.send(sending.text(operation))
    },
    sendText: web.send,
    giveUp: (sentBeforeMs) => {
      for (const { operation, sentMs } of pending.all()) {
        if (sentMs >= sentBeforeMs) return
        settle(operation, unknownFate('silence'))
      }
    },
    pause: web.pause,
    resume: web.resume,
    close: () => web.close(1000),
    terminate: web.terminate,
  }
}
