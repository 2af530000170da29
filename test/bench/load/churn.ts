import type { LatencySummary } from '../../support/load/latencies.ts'
import { createLatencies } from '../../support/load/latencies.ts'
import { nowMs } from '../../support/load/load-context.ts'
import { startPace } from '../../support/load/pace.ts'
import { runIds } from '../../support/load/run-ids.ts'
import { until } from '../../support/poll.ts'
import { chatDialect } from './chat-dialect.ts'
import type { LeanSocket } from './lean-socket.ts'
import { openLeanSocket } from './lean-socket.ts'

export interface ChurnOptions {
  readonly urls: readonly string[]
  readonly sockets: number
  /** Interval of the cuts of each socket, in milliseconds. 0: all sockets are cut once, in the middle of the run. */
  readonly everyMs: number
  readonly awayMs: number
  readonly messages: number
  readonly perSecond: number
  readonly tag: number
}

export interface ChurnResult {
  readonly cuts: number
  readonly failures: number
  /** From the time at which a socket was due to be reopened to the answer that follows its last missed frame. */
  readonly resume: LatencySummary
  readonly missing: number
  readonly problems: readonly string[]
}

/** If all sockets are cut at once: the first one is about to be reopened, or the last one has resumed. */
export type ChurnNote = 'reopening' | 'resumed'

interface Person {
  readonly externalId: string
  readonly url: string
  socket: LeanSocket | undefined
  userId: string
  last: number
  /** When the present socket was due to be opened: delays of the load and failed attempts count as waiting. */
  dueMs: number
  isResumed: boolean
}

const roomNumber = 1
const mostProblems = 20
const usersAtOnce = 50
const usersPerCommand = 1_000

/** Cuts and reopens the sockets of one room while one user sends messages to it. */
export const runChurn = async (options: ChurnOptions, note: (note: ChurnNote) => void): Promise<ChurnResult> => {
  const { urls, sockets, everyMs, awayMs, messages, perSecond, tag } = options
  const ids = runIds(tag, nowMs())
  const room = ids.room(roomNumber)
  const resume = createLatencies()
  const problems: string[] = []
  let [cuts, failures, resumed, confirmed, isOver] = [0, 0, 0, 0, false]

  const people = Array.from(
    { length: sockets },
    (_, index): Person => ({
      externalId: `churn-${tag}-${index}`,
      url: new URL('/ws', (urls[index % urls.length] ?? '').replace(/^ws/, 'http')).href,
      socket: undefined,
      userId: '',
      last: 0,
      dueMs: 0,
      isResumed: false,
    }),
  )
  /** The speaker is never cut, because its own messages are not measured. */
  const [speaker, ...members] = people as [Person, ...Person[]]

  const recordResume = ({ dueMs }: Person): void => {
    resume.record(nowMs() - dueMs)
    resumed += 1
    if (everyMs === 0 && resumed === cuts) note('resumed')
  }

  const hearOther = (person: Person, text: string): void => {
    const frame = JSON.parse(text) as {
      event: string
      id?: string
      seq?: number
      body?: { user?: { id: string } }
      error?: object
    }
    const named = frame.id?.startsWith('user ') ? people[Number(frame.id.slice(5))] : undefined
    if (named !== undefined) named.userId = frame.body?.user?.id ?? ''
    // The feed frame is also the answer.
    if (frame.seq !== undefined) person.last = Math.max(person.last, frame.seq)
    if (frame.error !== undefined && problems.length < mostProblems) problems.push(`${frame.event} was refused`)
    if (frame.event !== 'resume') return
    if (person.isResumed) recordResume(person)
    person.isResumed = true
  }

  const open = async (person: Person): Promise<void> => {
    const read = chatDialect.reader(ids)
    const socket = await openLeanSocket({
      url: person.url,
      onText: (bytes, from, to) => {
        const text = bytes.subarray(from, to)
        const heard = read(text)
        if (heard === undefined) return hearOther(person, text.toString())
        if (heard.operation > 0) confirmed += 1
        // After a cut, frames may be repeated, but none may be missing.
        if (heard.seq > person.last + 1 && problems.length < mostProblems) problems.push(`${heard.seq} came after ${person.last}`)
        person.last = Math.max(person.last, heard.seq)
      },
    })
    person.socket = socket
    const places = person.last > 0 ? { rooms: { [room]: person.last } } : { rooms: {} }
    const body = { user: { externalUserId: person.externalId }, resume: places }
    socket.send(JSON.stringify({ event: 'create-user', id: 'bind', body }))
  }

  const reopen = async (person: Person): Promise<void> => {
    try {
      await open(person)
    } catch {
      failures += 1
      setTimeout(() => void reopen(person), 100)
    }
  }

  const cut = (person: Person): void => {
    if (isOver || person.socket?.isOpen !== true) return
    cuts += 1
    person.socket.cut()
    person.dueMs = nowMs() + awayMs
    setTimeout(() => void reopen(person), awayMs)
  }

  const say = (frame: object): void => speaker.socket?.send(JSON.stringify(frame))

  /** The speaker creates the users, as a service does, so that the other sockets receive no frames about them. */
  const createUsers = async (): Promise<void> => {
    for (let from = 1; from < people.length; from += usersAtOnce) {
      const some = people.slice(from, from + usersAtOnce)
      for (const [index, { externalId }] of some.entries())
        say({ event: 'create-user', id: `user ${from + index}`, body: { user: { externalUserId: externalId } } })
      await until('the users', () => some.every(({ userId }) => userId !== ''), { withinMs: 60_000, everyMs: 2 })
    }
  }

  const createRoom = async (): Promise<void> => {
    const users = members.map(({ userId }) => userId)
    const chat = { id: room, name: 'churn' }
    say({ event: 'create-chat', id: 'room', body: { chat, users: users.slice(0, usersPerCommand) } })
    await until('the room', () => speaker.last > 0, { withinMs: 30_000 })
    for (let from = usersPerCommand; from < users.length; from += usersPerCommand) {
      const before = speaker.last
      say({ event: 'add-users', id: 'more', room, body: { users: users.slice(from, from + usersPerCommand) } })
      const isAdded = (): boolean => speaker.last > before
      await until('the members', isAdded, { withinMs: 120_000 }).catch((error: Error) => {
        throw new Error(`${error.message}: ${problems.join(', ')}`)
      })
    }
  }

  const connectMembers = async (): Promise<void> => {
    for (let from = 0; from < members.length; from += usersAtOnce) {
      const some = members.slice(from, from + usersAtOnce)
      for (const member of some) member.last = speaker.last
      await Promise.all(some.map(open))
      await until('the members to be bound', () => some.every(({ isResumed }) => isResumed), { withinMs: 60_000, everyMs: 2 })
    }
  }

  await open(speaker)
  await createUsers()
  await createRoom()
  await connectMembers()
  const firstSeq = speaker.last
  const timers =
    everyMs === 0
      ? []
      : members.map((member, index) => {
          const begin = (index / members.length) * everyMs
          let again: NodeJS.Timeout | undefined
          const first = setTimeout(() => {
            cut(member)
            again = setInterval(() => cut(member), everyMs)
          }, begin)
          return () => {
            clearTimeout(first)
            clearInterval(again)
          }
        })
  const durationMs = (messages / perSecond) * 1_000
  const cutAll = (): void => {
    setTimeout(() => note('reopening'), awayMs)
    members.forEach(cut)
  }
  if (everyMs === 0) setTimeout(cutAll, durationMs / 2)
  let operation = 0
  const send = (intendedMs: number): void => {
    operation += 1
    speaker.socket?.send(chatDialect.message(operation, room, ids.command(operation, intendedMs), 'a word to all of them'))
  }
  await startPace({ perSecond, count: messages, now: nowMs, send }).done
  for (const stop of timers) stop()
  await until('the last message to be stored', () => confirmed === messages, { withinMs: 30_000 })
  const head = firstSeq + messages
  const isThere = ({ last }: Person): boolean => last >= head
  await until('everybody to have everything', () => members.every(isThere), { withinMs: 60_000 }).catch(() => {})
  isOver = true
  const missing = members.reduce((sum, { last }) => sum + Math.max(0, head - last), 0)
  for (const { socket } of people) socket?.cut()
  return { cuts, failures, resume: resume.summary(), missing, problems }
}
