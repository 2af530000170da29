import { setTimeout as sleep } from 'node:timers/promises'
import { partitionOf } from '../../infra/kafka/producer/partitioner.ts'
import type { Person } from '../support/client/person.ts'
import { freshName, personOn } from '../support/client/person.ts'
import { until } from '../support/poll.ts'
import type { Replica } from '../support/stack/server.ts'
import type { Chat } from '../support/stack/start-chat.ts'

/** The longest time between two consecutive confirmations of a room, over all rooms of one writer. */
export interface Gaps {
  readonly rooms: number
  readonly longestMs: number
  readonly medianMs: number
}

/** Gaps after one of two writers was killed, by the writer that owned the partition of the room at that time. */
export interface WriterGaps {
  readonly killed: Gaps
  readonly living: Gaps
}

export interface WriterGapsOptions {
  readonly partitions: number
  readonly rooms: number
  /** Pause between a confirmation and the next message of the room. */
  readonly everyMs: number
  /** Delay before the killed writer is restarted; undefined: it is not restarted. */
  readonly restartAfterMs: number | undefined
  /** How long messages are sent after the kill. */
  readonly watchMs: number
}

interface AssignedLine {
  readonly msg?: string
  readonly assigned?: readonly number[]
}

/** The partitions last assigned to a writer, read from its log. */
const assignedTo = (writer: Replica): readonly number[] => {
  const lines = writer.log(10_000).flatMap((line): readonly AssignedLine[] => {
    try {
      return [JSON.parse(line) as AssignedLine]
    } catch {
      return []
    }
  })
  return lines.findLast(({ msg }) => msg === 'partitions were assigned')?.assigned ?? []
}

const gapsOf = (rooms: readonly (readonly number[])[]): Gaps => {
  const longest = rooms
    .map((times) => Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? time))))
    .sort((a, b) => a - b)
  return {
    rooms: rooms.length,
    longestMs: Math.round(longest.at(-1) ?? 0),
    medianMs: Math.round(longest[Math.floor(longest.length / 2)] ?? 0),
  }
}

/** Sends messages to one room until aborted. Returns the time of each confirmation. */
const writeInto = async (person: Person, room: string, everyMs: number, isOver: () => boolean): Promise<readonly number[]> => {
  const confirmed: number[] = []
  while (!isOver()) {
    await person.say(room, 'tick')
    confirmed.push(performance.now())
    await sleep(everyMs)
  }
  return confirmed
}

/** Kills the first of two writers while messages are sent to every room, and measures how long confirmations stop. */
export const measureWriterGaps = async (chat: Chat, options: WriterGapsOptions): Promise<WriterGaps> => {
  const { partitions, rooms: count, everyMs, restartAfterMs, watchMs } = options
  const [doomed, other] = chat.writers
  const url = chat.gateways[0]?.url
  if (doomed === undefined || other === undefined || url === undefined) throw new Error('two writers and a gateway are needed')
  await until('both writers to have partitions', () => assignedTo(doomed).length + assignedTo(other).length === partitions, {
    withinMs: 60_000,
  })
  await using owned = new AsyncDisposableStack()
  const people = await Promise.all(Array.from({ length: count }, () => personOn(url, freshName('writer'))))
  for (const person of people) owned.use(person)
  const rooms = await Promise.all(people.map((person) => person.createChat('gaps', [])))
  let isOver = false
  const writing = rooms.map(({ room }, index) => writeInto(people[index] as Person, room, everyMs, () => isOver))
  await sleep(2_000)
  const lost = new Set(assignedTo(doomed))
  await doomed.kill()
  const restarted = restartAfterMs === undefined ? undefined : sleep(restartAfterMs).then(() => doomed.start())
  await sleep(watchMs)
  isOver = true
  await restarted
  const times = await Promise.all(writing)
  const isLost = (index: number): boolean => lost.has(partitionOf(rooms[index]?.room ?? '', partitions))
  return {
    killed: gapsOf(times.filter((_, index) => isLost(index))),
    living: gapsOf(times.filter((_, index) => !isLost(index))),
  }
}
