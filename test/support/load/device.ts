import { mayReconnect } from '../../../shared/protocol/close-codes.ts'
import type { Connection } from './connection.ts'
import { openConnection } from './connection.ts'
import type { LoadContext } from './load-context.ts'
import type { ParsedFrame } from './parse-frame.ts'
import { codeNamed, idBytes } from './parse-frame.ts'
import { createQuestions } from './questions.ts'
import type { LoadCommand } from './send-again.ts'
import { createSendAgain } from './send-again.ts'
import type { Settled } from './sending.ts'

export interface DeviceOptions {
  readonly user: number
  readonly externalId: string
  /** The addresses of the gateways, tried in turn; the first connection uses the first one. */
  readonly urls: readonly string[]
  readonly token?: string | undefined
  /** Sends commands again, under the same id, after a retryable refusal or an unknown outcome. */
  readonly sendsAgain: boolean
  /** A socket without any frame for this long is closed. */
  readonly silenceMs: number
  /** False: the device does not resume, and a socket that was closed stays closed. */
  readonly reconnects: boolean
  /** The pause before the next connection, after this many failed attempts. */
  readonly reconnectPauseMs?: ((failures: number) => number) | undefined
  /** The number of commands that are sent and not yet answered. */
  readonly inFlightMost: number
  /** Reads slowly: pauses at random. */
  readonly isSlow?: boolean
  /** Counts the events of other users and does not read them. */
  readonly skims?: boolean
  /** A resume was answered: all missed events were received. */
  readonly onResumed?: ((user: number) => void) | undefined
}

/** The last seq seen, by room. */
export type Places = Iterable<readonly [room: number, seq: number]>

/**
 * A user on one socket at a time. Like a correct client it reconnects, resumes
 * and sends unconfirmed commands again, but it does not repair gaps: it records
 * every frame for the checker.
 */
export interface Device {
  readonly user: number
  readonly externalId: string
  /** The service's id of the user; empty until it is bound for the first time. */
  readonly userId: string
  readonly isBound: boolean
  /** Commands without a final outcome. */
  readonly unsettled: number
  /** The number of events that were counted and not read, on the present socket. */
  readonly skimmed: number
  /** Tries again later if this attempt rejects. */
  connect(): Promise<void>
  /** Queues while there is no connection. Resolves with the final outcome. */
  perform(command: LoadCommand): Promise<Settled>
  /** A request other than a command; rejects when the socket closes before the answer. */
  ask(event: string, body: unknown): Promise<ParsedFrame>
  lastSeen(room: number): number
  /** Resumes from these positions, which may be older than the last frames. */
  resumeFrom(places: Places): Promise<ParsedFrame>
  /** Closes the socket without a close frame; the device reconnects, to another gateway if there is one. */
  drop(): void
  /** Connects to this gateway, and closes the old socket when the new one is bound. */
  moveTo(url: string | undefined): void
  pauseReading(): void
  resumeReading(): void
  /** Call it regularly: ends requests and sockets that have waited too long. */
  check(): void
  stop(): void
}

const operationMs = 20_000
const reconnectMs = [20, 100, 250, 500, 1_000] as const
const bindWithinMs = 15_000
const resumeRooms = 500
const resumeMost = 10_000

interface ResumeAnswer {
  readonly rooms?: Readonly<Record<string, { readonly seq: number; readonly recovered: boolean; readonly reason?: string }>>
  readonly others?: Readonly<Record<string, number>>
  readonly epoch?: string
}

export const createDevice = (context: LoadContext, options: DeviceOptions): Device => {
  const { ids, history, counts, latencies, random, now } = context
  const { user, externalId, token, reconnects } = options
  let { urls } = options
  const seen = new Map<number, number>()
  const questions = createQuestions(context.format)
  let userId = ''
  let epoch: string | undefined
  let newest: Connection | undefined
  let bound: Connection | undefined
  let isStopped = false
  let failures = 0
  let turn = 0
  let lastSignMs = 0
  /** The number of frames of the bound socket at the last check. */
  let framesChecked = 0

  const commands = createSendAgain(
    counts,
    random.next,
    () => bound,
    () => options.sendsAgain && !isStopped,
    options.inFlightMost,
  )

  const noteBound = (socket: number, { body }: ParsedFrame): void => {
    const { user: stored } = (body ?? {}) as { user?: { id: string } }
    userId = stored?.id ?? userId
    history.append({ kind: 'bound', at: now(), socket, user })
  }

  const noteResumed = (socket: number, { body }: ParsedFrame): void => {
    const { rooms = {}, others = {}, epoch: current } = (body ?? {}) as ResumeAnswer
    epoch = current ?? epoch
    for (const [id, { seq, recovered, reason }] of Object.entries(rooms)) {
      const room = ids.roomAt(idBytes(id), 0)
      const code = recovered ? 'none' : codeNamed(reason ?? 'other')
      history.append({ kind: 'resumed', at: now(), socket, user, room, seq, code })
      if (code === 'forbidden') seen.delete(room)
      else if (!recovered) seen.set(room, seq)
    }
    for (const [id, seq] of Object.entries(others)) {
      const room = ids.roomAt(idBytes(id), 0)
      history.append({ kind: 'standing', at: now(), socket, user, room, seq })
      if (seq > (seen.get(room) ?? 0)) seen.set(room, seq)
    }
    options.onResumed?.(user)
  }

  const receive = (connection: Connection, frame: ParsedFrame): void => {
    const { socket } = connection
    // A bound device may create other users.
    if (frame.body !== undefined && frame.event === 'create-user' && connection !== bound) noteBound(socket, frame)
    if (frame.body !== undefined && frame.event === 'resume') noteResumed(socket, frame)
    if (frame.event === 'drain') move(Number(frame.body?.delay_ms ?? 0))
    questions.settle(frame)
  }

  const lose = (connection: Connection, code: number): void => {
    questions.closed(connection, code)
    if (bound === connection) bound = undefined
    if (newest !== connection) return
    newest = undefined
    if (reconnects && !isStopped && mayReconnect(code)) comeBack()
    else commands.abandon()
  }

  const usualPauseMs = (): number => (reconnectMs[Math.min(failures, reconnectMs.length - 1)] ?? 0) * (0.5 + random.next())

  const comeBack = (): void => {
    const pauseMs = options.reconnectPauseMs?.(failures) ?? usualPauseMs()
    failures += 1
    turn += 1
    setTimeout(() => void connect().catch(() => {}), pauseMs)
  }

  /** The gateway drains: connects to another one; the draining gateway closes the old socket. */
  const move = (delayMs: number): void => {
    setTimeout(() => {
      turn += 1
      void connect().catch(() => {})
    }, delayMs)
  }

  const resumeBody = (socket: number, places: Places): object => {
    const named: Record<string, number> = {}
    for (const [room, seq] of places) {
      history.append({ kind: 'resuming', at: now(), socket, user, room, seq })
      named[ids.room(room)] = seq
    }
    return { rooms: named, ...(epoch === undefined ? {} : { epoch }), max: resumeMost }
  }

  /** Looks whether the socket has received a frame since the last call, instead of reading the clock at each frame. */
  const noteSigns = ({ frames }: Connection): void => {
    if (frames === framesChecked) return
    framesChecked = frames
    lastSignMs = now()
  }

  const bind = async (connection: Connection): Promise<void> => {
    const places = [...seen]
    const resume = reconnects ? { resume: resumeBody(connection.socket, places.splice(0, resumeRooms)) } : {}
    const answer = await questions.ask(connection, 'create-user', { user: { externalUserId: externalId }, ...resume })
    if (answer.error !== undefined) throw new Error(`create-user was refused: ${answer.error.code}`)
    while (reconnects && places.length > 0)
      void questions.ask(connection, 'resume', resumeBody(connection.socket, places.splice(0, resumeRooms)))
  }

  const connect = async (): Promise<void> => {
    if (isStopped) return
    const startedMs = now()
    const { isSlow = false, skims = false } = options
    const target = { url: urls[turn % urls.length] as string, user, token, isSlow, skims }
    const connection: Connection = openConnection(context, target, {
      onFeed: ({ room, seq }) => {
        // The old socket of a move may be ahead of the new one.
        if (seq > (seen.get(room) ?? 0)) seen.set(room, seq)
      },
      onOther: (frame) => receive(connection, frame),
      onClosed: (code) => lose(connection, code),
    })
    newest = connection
    const late = setTimeout(() => connection.terminate(), bindWithinMs)
    try {
      await connection.opened
      await bind(connection)
    } catch (error) {
      counts.failedConnects += 1
      connection.terminate()
      throw error
    } finally {
      clearTimeout(late)
    }
    latencies.connect.record(now() - startedMs)
    counts.connects += 1
    failures = 0
    if (newest !== connection) return
    bound = connection
    noteSigns(connection)
    commands.flush()
  }

  const opened = (): Connection => {
    if (bound === undefined) throw new Error('not connected')
    return bound
  }

  return {
    user,
    externalId,
    get userId() {
      return userId
    },
    get isBound() {
      return bound !== undefined
    },
    get unsettled() {
      return commands.unsettled
    },
    get skimmed() {
      return newest?.skimmed ?? 0
    },
    connect,
    perform: commands.perform,
    ask: async (event, body) => questions.ask(opened(), event, body),
    lastSeen: (room) => seen.get(room) ?? 0,
    resumeFrom: async (places) => questions.ask(opened(), 'resume', resumeBody(opened().socket, places)),
    drop: () => newest?.terminate(),
    moveTo: (url) => {
      if (url === undefined) return
      urls = [url]
      const old = bound
      void connect().then(
        () => old?.close(),
        () => {},
      )
    },
    pauseReading: () => bound?.pause(),
    resumeReading: () => bound?.resume(),
    check: () => {
      bound?.giveUp(now() - operationMs)
      if (bound === undefined) return
      noteSigns(bound)
      const silentMs = now() - lastSignMs
      if (silentMs > options.silenceMs) bound.terminate()
      else if (silentMs > options.silenceMs / 2) void questions.ask(bound, 'ping', {})
    },
    stop: () => {
      isStopped = true
      newest?.close()
    },
  }
}
