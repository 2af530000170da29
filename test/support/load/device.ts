import { mayReconnect } from '../../../shared/protocol/close-codes.ts'
import type { Connection } from './connection.ts'
import { openConnection } from './connection.ts'
import type { DeviceOptions } from './device-options.ts'
import type { LoadContext } from './load-context.ts'
import type { ParsedFrame } from './parse-frame.ts'
import { createQuestions } from './questions.ts'
import type { Places } from './resume-state.ts'
import { createResumeState } from './resume-state.ts'
import type { LoadCommand } from './send-again.ts'
import { createSendAgain } from './send-again.ts'
import type { Settled } from './sending.ts'
import { createSilence } from './silence.ts'

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
  /** Sends it once, on the present socket; only the recorder receives the outcome. */
  sendOnce(command: LoadCommand): void
  /** A request other than a command; rejects when the socket closes before the answer. */
  ask(event: string, body: unknown, room?: string): Promise<ParsedFrame>
  /** The last seq of the room; 0 for a device that does not reconnect, because it keeps no positions. */
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
const bindWithinMs = 15_000

export const createDevice = (context: LoadContext, options: DeviceOptions): Device => {
  const { history, counts, latencies, random, now } = context
  const { user, externalId, token, reconnects } = options
  let { urls } = options
  const resumeState = createResumeState(context, user)
  const questions = createQuestions(context.format)
  let userId = ''
  let newest: Connection | undefined
  let bound: Connection | undefined
  let isStopped = false
  let failures = 0
  let turn = 0
  const silence = createSilence(now)

  const commands = createSendAgain(
    counts,
    random.next,
    () => bound,
    () => options.sendsAgain && !isStopped,
  )

  const receive = (connection: Connection, frame: ParsedFrame): void => {
    const { socket } = connection
    const { event, body } = frame
    // A bound device may create other users.
    if (body !== undefined && event === 'create-user' && connection !== bound) {
      userId = (body.user as { id: string } | undefined)?.id ?? userId
      history.append({ kind: 'bound', at: now(), socket, user })
    }
    if (body !== undefined && event === 'resume') {
      resumeState.noteAnswer(socket, frame)
      options.onResumed?.(user)
    }
    if (event === 'drain') move(Number(body?.delay_ms ?? 0))
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

  const comeBack = (): void => {
    setTimeout(() => void connect().catch(() => {}), options.reconnectPauseMs(failures))
    failures += 1
    turn += 1
  }

  /** The gateway drains: connects to another one; the draining gateway closes the old socket. */
  const move = (delayMs: number): void => {
    setTimeout(() => {
      turn += 1
      void connect().catch(() => {})
    }, delayMs)
  }

  const bind = async (connection: Connection): Promise<void> => {
    const [resume, ...more] = reconnects ? resumeState.bodies(connection.socket) : []
    const body = { user: { externalUserId: externalId }, ...(resume === undefined ? {} : { resume }) }
    const answer = await questions.ask(connection, 'create-user', body)
    if (answer.error !== undefined) throw new Error(`create-user was refused: ${answer.error.code}`)
    for (const rest of more) void questions.ask(connection, 'resume', rest)
  }

  const connect = async (): Promise<void> => {
    if (isStopped) return
    const startedMs = now()
    const { isSlow, skims } = options
    const target = { url: urls[turn % urls.length] as string, user, token, isSlow, skims }
    const connection: Connection = openConnection(context, target, {
      onFeed: reconnects ? ({ room, seq }) => resumeState.noteFeed(room, seq) : () => {},
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
    silence.begin(connection)
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
    sendOnce: (command) => opened().send(command),
    ask: async (event, body, room) => questions.ask(opened(), event, body, room),
    lastSeen: resumeState.lastSeen,
    resumeFrom: async (places) => questions.ask(opened(), 'resume', resumeState.bodyFrom(opened().socket, places)),
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
      if (bound === undefined) return
      bound.giveUp(now() - operationMs)
      const silentMs = silence.measure(bound)
      if (silentMs > options.silenceMs) bound.terminate()
      else if (silentMs > options.silenceMs / 2) void questions.ask(bound, 'ping', {})
    },
    stop: () => {
      isStopped = true
      newest?.close()
    },
  }
}
