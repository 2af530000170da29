import { mayReconnect } from '../../../shared/protocol/close-codes.ts'
import type { Connection } from './connection.ts'
import { openConnection } from './connection.ts'
import type { Device } from './device.ts'
import type { DeviceOptions } from './device-options.ts'
import type { FrameView } from './frame-view.ts'
import type { LoadContext } from './load-context.ts'
import type { ParsedFrame } from './parse-frame.ts'
import { createQuestions } from './questions.ts'
import { createResumeState } from './resume-state.ts'
import { createSendAgain } from './send-again.ts'
import { createSilence } from './silence.ts'

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
    if (frame.id === undefined) context.observer.pushed(user, frame, options.isSlow)
    questions.settle(frame)
  }

  const follow = (view: FrameView): void => {
    resumeState.noteFeed(view.room, view.seq)
    context.observer.received(user, view)
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
      onFeed: reconnects ? follow : () => {},
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
    context.observer.bound(user)
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
    perform: (command) => {
      context.observer.sending(user, command)
      return commands.perform(command)
    },
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
