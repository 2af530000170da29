import { setTimeout as sleep } from 'node:timers/promises'
import { sendAtDueTimes } from '../../support/load/due-times.ts'
import type { LatencySummary } from '../../support/load/latencies.ts'
import { createLatencies } from '../../support/load/latencies.ts'
import { nowMs } from '../../support/load/load-context.ts'
import { messageText } from '../../support/load/message-text.ts'
import { planPopulation } from '../../support/load/population.ts'
import { runIds } from '../../support/load/run-ids.ts'
import { sendersInTurn } from '../../support/load/senders.ts'
import { until } from '../../support/poll.ts'
import type { Dialect, Heard } from './dialect.ts'
import type { Checks, Got, Member } from './member.ts'
import { openMember } from './member.ts'

export interface LeanLoadOptions {
  readonly dialect: Dialect
  readonly urls: readonly string[]
  readonly users: number
  readonly rooms: number
  readonly roomSize: number
  readonly messageChars: number
  /** The number of members whose received bytes are all compared with the store. */
  readonly checkers: number
  /** What the other members check; `places` by default. */
  readonly others?: Checks
  /** False if the rooms exist already. */
  readonly makesRooms?: boolean
  readonly tag: number
  /** Part of the ids of rooms, in milliseconds since the epoch; the present time by default. */
  readonly startMs?: number
  readonly seed: number
}

export interface Burst {
  /** The rate of the open loop. */
  readonly perSecond: number
  /** If given, a closed loop with this many messages in flight replaces the open loop. */
  readonly inFlight?: number
  /** Sending before the measurement starts. */
  readonly warmUpSeconds: number
  readonly seconds: number
  /** The longest wait for pending deliveries after the last message. */
  readonly patienceMs: number
}

/** The results of the messages that were due during the measured time. */
export interface BurstResult {
  readonly perSecond: number
  readonly sent: number
  readonly confirmed: number
  /** All confirmations that were received during the measured time. */
  readonly confirmedMeanwhile: number
  readonly deliveries: number
  /** The number of messages that the service refused because of overload. */
  readonly refused: number
  /** Whether every message was delivered to every member within `patienceMs`, and none was refused. */
  readonly isWhole: boolean
  readonly stored: LatencySummary
  readonly received: LatencySummary
}

/** The number of messages that another sender has sent, by room. */
export type Injected = readonly (readonly [room: number, messages: number])[]

export interface RoomVerdict {
  readonly room: string
  readonly messages: number
  readonly last: number
  /** The CRC of each member that checks bytes; empty if there is none. */
  readonly chains: readonly number[]
}

export interface Verdict {
  readonly problems: readonly string[]
  readonly rooms: readonly RoomVerdict[]
}

export interface LeanLoad {
  /** Opens all sockets, binds the users and creates the rooms. */
  open(): Promise<void>
  /** Calls `onWindow` when the measured time begins and when it ends. */
  run(burst: Burst, onWindow: (isOpen: boolean) => void): Promise<BurstResult>
  /** Starts to measure the messages of another sender. */
  watch(): void
  /** Resolves when all messages that were `sent` since `watch` have been received. */
  unwatch(sent: Injected, patienceMs: number): Promise<BurstResult>
  /** The messages that the members of each room received, and the problems. */
  verdict(): Verdict
  close(): void
}

const atOnce = 50
const mostProblems = 20

export const createLeanLoad = (options: LeanLoadOptions): LeanLoad => {
  const { dialect, urls, users, rooms, messageChars, checkers, tag, seed } = options
  const ids = runIds(tag, options.startMs ?? nowMs())
  const population = planPopulation({ users, rooms, roomSize: `${options.roomSize}`, seed })
  const nextSender = sendersInTurn(population.members, seed)
  const members: Member[] = []
  const problems: string[] = []
  const msg = messageText(messageChars)
  const [stored, received] = [createLatencies(), createLatencies()]
  const intended: number[] = [0]
  /** The room of each operation. */
  const aimed: number[] = [0]
  const sentTo = new Map<number, number>()
  let isClosing = false
  let confirmed = 0
  let refused = 0
  let deliveries = 0
  let expected = 0
  let windowFromMs = Number.POSITIVE_INFINITY
  const inWindow = { confirmed: 0, deliveries: 0 }

  const onProblem = (problem: string): void => {
    if (!isClosing && problems.length < mostProblems) problems.push(problem)
  }

  let afterConfirm: () => void = () => {}

  const confirm = (operation: number): void => {
    const at = intended[operation] ?? Number.NaN
    if (Number.isNaN(at)) return onProblem(`operation ${operation} was confirmed twice, or never asked for`)
    intended[operation] = Number.NaN
    confirmed += 1
    afterConfirm()
    if (at < windowFromMs) return
    inWindow.confirmed += 1
    stored.record(nowMs() - at)
  }

  const refuse = (operation: number): void => {
    if (Number.isNaN(intended[operation] ?? Number.NaN)) return onProblem(`operation ${operation} was refused after all`)
    const room = aimed[operation] ?? 0
    intended[operation] = Number.NaN
    refused += 1
    expected -= population.members.get(room)?.length ?? 0
    sentTo.set(room, (sentTo.get(room) ?? 0) - 1)
    afterConfirm()
  }

  const onHeard = ({ kind, isMessage, operation, intendedMs }: Heard): void => {
    if (kind === 'refusal') return refuse(operation)
    if (operation !== 0) confirm(operation)
    if (!isMessage) return
    deliveries += 1
    if (intendedMs < windowFromMs) return
    inWindow.deliveries += 1
    received.record(nowMs() - intendedMs)
  }

  const onPlain = (): void => {
    deliveries += 1
    if (windowFromMs !== Number.POSITIVE_INFINITY) inWindow.deliveries += 1
  }

  const openOne = (user: number): Promise<Member> =>
    openMember({
      dialect,
      ids,
      url: urls[user % urls.length] as string,
      externalId: `bench-${tag}-${user}`,
      checks: user % Math.ceil(users / checkers) === 0 ? 'all' : (options.others ?? 'places'),
      onHeard,
      onPlain,
      onProblem,
    })

  const inTurns = async (count: number, work: (index: number) => Promise<void>): Promise<void> => {
    let next = 0
    const worker = async (): Promise<void> => {
      while (next < count) {
        next += 1
        await work(next - 1)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
  }

  const memberAt = (user: number): Member => {
    const member = members[user]
    if (member === undefined) throw new Error(`there is no user ${user}`)
    return member
  }

  const allRooms = [...population.members]
  const sendOne = (intendedMs: number): void => {
    const { room, user } = nextSender()
    const operation = intended.push(intendedMs) - 1
    aimed.push(room)
    expected += population.members.get(room)?.length ?? 0
    sentTo.set(room, (sentTo.get(room) ?? 0) + 1)
    const text = dialect.message(operation, ids.room(room), ids.command(operation, intendedMs), msg)
    memberAt(user).socket.send(text)
  }

  const isSettled = (): boolean => confirmed + refused === intended.length - 1 && deliveries === expected

  const settle = async (patienceMs: number): Promise<boolean> => {
    const deadline = nowMs() + patienceMs
    while (!isSettled() && nowMs() < deadline) await sleep(20)
    return isSettled()
  }

  /** Resolves when the last message is sent. */
  const flood = async (inFlight: number, seconds: number): Promise<void> => {
    afterConfirm = () => sendOne(nowMs())
    for (let index = 0; index < inFlight; index += 1) sendOne(nowMs())
    await sleep(seconds * 1_000)
    afterConfirm = () => {}
  }

  /** Resolves when members that only count have received the frames of all new rooms. */
  const untilCreated = async (): Promise<void> => {
    const created = dialect.createdFrames
    const counting = members.filter(({ checks }) => checks === 'counts')
    await until('the rooms to be heard of', () => counting.every(({ plain, rooms: read }) => plain + read.size >= created), {
      withinMs: 30_000,
    })
    for (const member of counting) member.plain = 0
    deliveries = 0
    inWindow.deliveries = 0
  }

  const gotBy = (user: number, room: number): Got => {
    const { rooms: read, plain } = memberAt(user)
    const got = read.get(room) ?? { messages: 0, last: 0, chain: 0 }
    return { ...got, messages: got.messages + plain }
  }

  const beginWindow = (): void => {
    stored.reset()
    received.reset()
    inWindow.confirmed = 0
    inWindow.deliveries = 0
    windowFromMs = nowMs()
  }

  const endWindow = (of: Pick<BurstResult, 'perSecond' | 'sent' | 'refused' | 'confirmedMeanwhile' | 'isWhole'>): BurstResult => {
    windowFromMs = Number.POSITIVE_INFINITY
    return { ...of, ...inWindow, stored: stored.summary(), received: received.summary() }
  }

  return {
    open: async () => {
      await inTurns(users, async (user) => {
        members[user] = await openOne(user)
      })
      if (options.makesRooms === false) return
      await inTurns(allRooms.length, async (index) => {
        const [room, inRoom] = allRooms[index] as (typeof allRooms)[number]
        const [creator = 0] = inRoom
        await dialect.createRoom(
          memberAt(creator).line,
          ids.room(room),
          inRoom.map((user) => memberAt(user).userId),
        )
      })
      await untilCreated()
    },
    run: async ({ perSecond, inFlight, warmUpSeconds, seconds, patienceMs }, onWindow) => {
      const [before, refusedBefore] = [intended.length, refused]
      const count = Math.round(perSecond * (warmUpSeconds + seconds))
      const sending =
        inFlight === undefined ? sendAtDueTimes(perSecond, count, sendOne) : flood(inFlight, warmUpSeconds + seconds)
      await sleep(warmUpSeconds * 1_000)
      beginWindow()
      onWindow(true)
      const confirmedBefore = confirmed
      await sending
      const confirmedMeanwhile = confirmed - confirmedBefore
      onWindow(false)
      const hasSettled = await settle(patienceMs)
      const ofThese = refused - refusedBefore
      return endWindow({
        perSecond,
        sent: intended.length - before,
        refused: ofThese,
        confirmedMeanwhile,
        isWhole: hasSettled && ofThese === 0,
      })
    },
    watch: beginWindow,
    unwatch: async (injected, patienceMs) => {
      for (const [room, messages] of injected) {
        sentTo.set(room, (sentTo.get(room) ?? 0) + messages)
        expected += messages * (population.members.get(room)?.length ?? 0)
      }
      const sent = injected.reduce((sum, [, messages]) => sum + messages, 0)
      return endWindow({ perSecond: 0, sent, refused: 0, confirmedMeanwhile: 0, isWhole: await settle(patienceMs) })
    },
    verdict: () => {
      const verdicts = allRooms.map(([room, inRoom]): RoomVerdict => {
        const all = inRoom.map((user) => gotBy(user, room))
        const last = Math.max(...all.map((got) => got.last))
        const messages = sentTo.get(room) ?? 0
        const isRead = (user: number): boolean => memberAt(user).checks !== 'counts'
        const isWrong = (got: Got, index: number): boolean =>
          // In a room without messages, its creator has received no seq.
          got.messages !== messages || (messages > 0 && isRead(inRoom[index] as number) && got.last !== last)
        if (all.some(isWrong)) onProblem(`room ${room}: not all have the same`)
        return { room: ids.room(room), messages, last, chains: all.map(({ chain }) => chain).filter(Boolean) }
      })
      return { problems, rooms: verdicts }
    },
    close: () => {
      isClosing = true
      for (const { socket } of members) socket.cut()
    },
  }
}
