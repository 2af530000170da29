import { crc32 } from 'node:zlib'
import { WebSocket } from 'ws'
import type { EntryCode, OperationEvent } from './entry.ts'
import type { FrameView } from './frame-view.ts'
import { frameReader } from './frame-view.ts'
import type { LoadContext } from './load-context.ts'
import type { ParsedFrame } from './parse-frame.ts'
import { codeNamed, viewOf } from './parse-frame.ts'

/** One sending of one command, or of a read. */
export interface Sending {
  readonly event: OperationEvent
  readonly room: number
  readonly command: number
  readonly intendedMs: number
  /** The text of the frame for a request id. */
  readonly text: (operation: number) => string
  readonly onSettled: (settled: Settled) => void
}

export interface Settled {
  readonly outcome: 'ok' | 'failed' | 'unknown'
  readonly code: EntryCode
  /** 0 when the confirmation was an answer and not a feed frame. */
  readonly seq: number
  readonly retryAfterMs: number
}

export interface ConnectionEvents {
  /** A feed frame arrived. */
  readonly onFeed: (view: FrameView) => void
  /** Another frame arrived: an answer to `ask`, or a notification. */
  readonly onOther: (frame: ParsedFrame) => void
  readonly onClosed: (code: number) => void
}

/**
 * One socket of the load. Records what it sends and receives.
 *
 * Does not:  reconnect, or send a command again.
 */
export interface Connection {
  readonly socket: number
  readonly isOpen: boolean
  readonly pending: number
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
}

const openWithinMs = 10_000
const sampleEvery = 997

const unknownFate = (code: EntryCode): Settled => ({ outcome: 'unknown', code, seq: 0, retryAfterMs: 0 })

export const openConnection = (context: LoadContext, target: Target, events: ConnectionEvents): Connection => {
  const { ids, history, latencies, counts, now } = context
  const socket = context.next.socket()
  const read = frameReader(ids)
  const pending = new Map<number, { readonly sending: Sending; readonly sentMs: number }>()
  const web = new WebSocket(target.url, {
    perMessageDeflate: false,
    skipUTF8Validation: true,
    handshakeTimeout: openWithinMs,
    maxPayload: 16 * 1024 * 1024,
    headers: target.token === undefined ? {} : { authorization: `Bearer ${target.token}` },
  })
  history.append({ kind: 'opened', at: now(), socket, user: target.user, seq: target.isSlow ? 1 : 0 })

  const settle = (operation: number, settled: Settled): void => {
    const found = pending.get(operation)
    if (found === undefined) return
    pending.delete(operation)
    const { outcome, code, seq } = settled
    const { room, command, event } = found.sending
    history.append({ kind: outcome, at: now(), event, code, socket, user: target.user, room, command, seq, operation })
    if (outcome === 'ok') {
      counts.confirmed += 1
      latencies.stored.record(now() - found.sending.intendedMs)
    } else {
      counts.refused[code] = (counts.refused[code] ?? 0) + 1
    }
    found.sending.onSettled(settled)
  }

  const seeFeed = (view: Readonly<FrameView>, data: Buffer, at: number): void => {
    const { room, seq, command, event, operation } = view
    const crc = crc32(data.subarray(view.commonFrom))
    history.append({ kind: 'frame', at, event, socket, user: target.user, room, seq, command, crc, operation })
    if (operation !== 0) settle(operation, { outcome: 'ok', code: 'none', seq, retryAfterMs: 0 })
    else if (view.intendedMs > 0 && event === 'new-message' && !target.isSlow) latencies.received.record(at - view.intendedMs)
    if (event !== 'new-message') context.membershipFrames.set(`${room} ${seq}`, `{${data.subarray(view.commonFrom)}`)
    events.onFeed(view as FrameView)
  }

  const seeOther = (data: Buffer): void => {
    const frame = JSON.parse(data.toString()) as ParsedFrame
    const view = viewOf(frame, ids)
    if (view.kind === 'feed') return seeFeed({ ...view, commonFrom: data.indexOf('"event"') }, data, now())
    if (view.operation === 0) return events.onOther(frame)
    const { code = 'none', retry_after_ms: retryAfterMs = 0 } = frame.error ?? {}
    const outcome = frame.error === undefined ? 'ok' : code === 'timeout' ? 'unknown' : 'failed'
    settle(view.operation, { outcome, code: codeNamed(code), seq: 0, retryAfterMs })
  }

  const isMisread = (view: FrameView, data: Buffer): boolean => {
    const { commonFrom: _, ...byPosition } = view
    const parsed = viewOf(JSON.parse(data.toString()) as ParsedFrame, ids)
    return Object.entries(parsed).some(([key, value]) => byPosition[key as keyof typeof byPosition] !== value)
  }

  web.on('message', (message) => {
    const data = message as Buffer
    const at = now()
    counts.frames += 1
    counts.bytes += data.length
    const view = read(data)
    if (view?.kind !== 'feed') return seeOther(data)
    if (counts.frames % sampleEvery === 0 && isMisread(view, data)) counts.misread += 1
    seeFeed(view, data, at)
  })

  const ended = Promise.withResolvers<void>()
  ended.promise.catch(() => {})
  web.on('open', () => ended.resolve())
  web.on('error', (error) => ended.reject(error))
  web.on('close', (code) => {
    history.append({ kind: 'closed', at: now(), socket, user: target.user, seq: code })
    counts.closed[code] = (counts.closed[code] ?? 0) + 1
    for (const operation of [...pending.keys()]) settle(operation, unknownFate('closed'))
    ended.reject(new Error(`closed with ${code}`))
    events.onClosed(code)
  })

  return {
    socket,
    get isOpen() {
      return web.readyState === WebSocket.OPEN
    },
    get pending() {
      return pending.size
    },
    opened: ended.promise,
    send: (sending) => {
      const operation = context.next.operation()
      const { event, room, command } = sending
      pending.set(operation, { sending, sentMs: now() })
      history.append({ kind: 'invoked', at: now(), event, socket, user: target.user, room, command, operation })
      counts.sent += 1
      web.send(sending.text(operation))
    },
    sendText: (text) => web.send(text),
    giveUp: (sentBeforeMs) => {
      for (const [operation, { sentMs }] of pending) {
        if (sentMs >= sentBeforeMs) return
        settle(operation, unknownFate('silence'))
      }
    },
    pause: () => web.pause(),
    resume: () => web.resume(),
    close: () => web.close(1000),
    terminate: () => web.terminate(),
  }
}
