import { setTimeout as sleep } from 'node:timers/promises'
import type { Load } from '../../support/load/load.ts'
import { createLoad } from '../../support/load/load.ts'
import { nowMs } from '../../support/load/load-context.ts'
import type { LoadOptions } from '../../support/load/load-options.ts'
import { startPace } from '../../support/load/pace.ts'
import type { Recorder } from '../../support/load/recorder.ts'
import { noRecorder } from '../../support/load/recorder.ts'
import { sendersInTurn } from '../../support/load/senders.ts'
import type { WireFormat } from '../../support/load/wire-format.ts'
import { until } from '../../support/poll.ts'
import type { Burst, BurstResult, Injected } from './burst.ts'
import type { Checks, FeedReport, ReceivedFeed, RoomReport } from './feed-log.ts'
import { createFeedLog } from './feed-log.ts'
import { createTally } from './tally.ts'
import type { Typing } from './typing.ts'
import { createTyping } from './typing.ts'

export interface MeasuredLoadOptions extends Pick<LoadOptions, 'urls' | 'users' | 'rooms' | 'tag' | 'seed'> {
  readonly format: WireFormat
  readonly roomSize: number
  readonly messageChars: number
  /** The number of users whose received bytes are all compared with the store. */
  readonly byteCheckers: number
  /** What is checked of the other users; `order` by default. */
  readonly otherChecks?: Checks
  /** False if the rooms exist already. */
  readonly makesRooms?: boolean
  /** Part of the ids of rooms, in milliseconds since the epoch; the present time by default. */
  readonly startMs?: number
}

/** A load that counts and measures instead of recording a history. Its sockets do not reconnect. */
export interface MeasuredLoad {
  /** Opens all sockets, binds the users and creates the rooms. */
  open(): Promise<void>
  /** Calls `onWindow` when the measured time begins and when it ends. */
  run(burst: Burst, onWindow: (isOpen: boolean) => void): Promise<BurstResult>
  /** Starts to measure the messages of another sender. */
  watch(): void
  /** Resolves when all messages that were `sent` since `watch` have been received. */
  unwatch(sent: Injected, mostWaitMs: number): Promise<BurstResult>
  report(): FeedReport
  readonly typing: Typing
  close(): void
}

const mostProblems = 20

export const createMeasuredLoad = (options: MeasuredLoadOptions): MeasuredLoad => {
  const { format, users, byteCheckers, seed, otherChecks = 'order' } = options
  const problems: string[] = []
  let isClosing = false
  let onSettled: () => void = () => {}

  const onProblem = (problem: string): void => {
    if (!isClosing && problems.length < mostProblems) problems.push(problem)
  }
  const checksOf = (user: number): Checks => (user % Math.ceil(users / byteCheckers) === 0 ? 'bytes' : otherChecks)
  const log = createFeedLog({ checksOf, isOrdered: format.isOrdered, onProblem })

  const recorder: Recorder = {
    ...noRecorder,
    closed: (_, code) => onProblem(`a socket was closed with ${code}`),
    settled: (_, { event, room, intendedMs }, __, { outcome, code }) => {
      if (event !== 'new-message') return
      if (outcome === 'ok') tally.confirm(intendedMs)
      // After other errors the outcome is unknown.
      else if (code === 'unavailable' || code === 'rate_limited') tally.refuse(room)
      else return
      onSettled()
    },
    unexpected: (_, operation) => onProblem(`operation ${operation} was confirmed twice, or never requested`),
    frame: ({ user }, view, text) => {
      log.note(user, view, text)
      if (view.event === 'new-message') tally.deliver(view.intendedMs)
    },
  }

  const load: Load = createLoad({
    ...options,
    roomSize: `${options.roomSize}`,
    messageSize: `${options.messageChars}`,
    startMs: options.startMs ?? nowMs(),
    recorder,
    silenceMs: Number.POSITIVE_INFINITY,
    reconnects: false,
    skims: (user) => checksOf(user) === 'count',
  })
  const { devices, population } = load
  const { members } = population
  const nextSender = sendersInTurn(members, seed)
  const counting = [...devices.values()].filter(({ user }) => checksOf(user) === 'count')
  /** The frames of new rooms that a user counted; they are no messages. */
  const created = new Map<number, number>()
  const skimmedBy = (user: number): number => (devices.get(user)?.skimmed ?? 0) - (created.get(user) ?? 0)
  const tally = createTally({
    membersOf: (room) => members.get(room)?.length ?? 0,
    skimmed: () => counting.reduce((sum, { user }) => sum + skimmedBy(user), 0),
  })

  const sendOne = (dueMs: number): void => {
    const { room, user } = nextSender()
    tally.addSent(room, 1, true)
    load.postOnce(user, room, dueMs)
  }

  /** Resolves when the last message is sent. */
  const flood = async (inFlight: number, seconds: number): Promise<void> => {
    onSettled = () => sendOne(nowMs())
    for (let index = 0; index < inFlight; index += 1) sendOne(nowMs())
    await sleep(seconds * 1_000)
    onSettled = () => {}
  }

  const settle = async (mostWaitMs: number): Promise<boolean> => {
    const deadline = nowMs() + mostWaitMs
    while (!tally.isComplete && nowMs() < deadline) await sleep(20)
    return tally.isComplete
  }

  /** Resolves when users that only count have received the frames of all new rooms. */
  const untilCreated = async (): Promise<void> => {
    const isCreated = (): boolean => counting.every(({ user }) => skimmedBy(user) + log.rooms(user) >= format.createdFrames)
    await until('the frames of the new rooms', isCreated, { withinMs: 30_000 })
    for (const { user } of counting) created.set(user, skimmedBy(user))
  }

  const reportRoom = (room: number, inRoom: readonly number[]): RoomReport => {
    const feeds = inRoom.map((user) => ({ user, ...log.feed(user, room) }))
    const last = Math.max(...feeds.map((feed) => feed.last))
    const messages = tally.sentTo(room)
    const isWrong = (feed: ReceivedFeed & { readonly user: number }): boolean =>
      feed.messages + skimmedBy(feed.user) !== messages ||
      // In a room without messages, its creator has received no seq.
      (messages > 0 && checksOf(feed.user) !== 'count' && feed.last !== last)
    if (feeds.some(isWrong)) onProblem(`room ${room}: its members have not received the same messages`)
    return { room: load.context.ids.room(room), messages, last, crcs: feeds.map(({ crc }) => crc).filter(Boolean) }
  }

  return {
    open: async () => {
      const userIds = await load.connect()
      if (options.makesRooms === false) return
      await load.createRooms(userIds)
      await untilCreated()
    },
    run: async ({ perSecond, inFlight, warmUpSeconds, seconds, mostWaitMs }, onWindow) => {
      const [sentBefore, refusedBefore] = [tally.sent, tally.refused]
      const count = Math.round(perSecond * (warmUpSeconds + seconds))
      const sending =
        inFlight === undefined ? startPace({ perSecond, count, send: sendOne }).done : flood(inFlight, warmUpSeconds + seconds)
      await sleep(warmUpSeconds * 1_000)
      tally.beginWindow()
      onWindow(true)
      const confirmedBefore = tally.confirmed
      await sending
      const confirmedMeanwhile = tally.confirmed - confirmedBefore
      onWindow(false)
      const hasSettled = await settle(mostWaitMs)
      const refused = tally.refused - refusedBefore
      const isWhole = hasSettled && refused === 0
      return { ...tally.endWindow(), perSecond, sent: tally.sent - sentBefore, confirmedMeanwhile, refused, isWhole }
    },
    watch: tally.beginWindow,
    unwatch: async (injected, mostWaitMs) => {
      for (const [room, messages] of injected) tally.addSent(room, messages, false)
      const sent = injected.reduce((sum, [, messages]) => sum + messages, 0)
      const isWhole = await settle(mostWaitMs)
      return { ...tally.endWindow(), perSecond: 0, sent, confirmedMeanwhile: 0, refused: 0, isWhole }
    },
    typing: createTyping(load),
    report: () => {
      const rooms = [...members].map(([room, inRoom]) => reportRoom(room, inRoom))
      return { problems, rooms }
    },
    close: () => {
      isClosing = true
      load.stop()
    },
  }
}
