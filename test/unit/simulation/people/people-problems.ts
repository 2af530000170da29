import { directChatId } from '../../../../shared/records/direct-chat-id.ts'
import type { CommittedEvent } from '../world/simulated-store.ts'
import type { Settled } from './simulated-device.ts'

/** A request to open a direct chat. */
export interface Opening extends Settled {
  readonly by: string
  readonly with: string
}

/** A request to set or remove a block. Those of one user are sent one after another. */
export interface Blocking extends Settled {
  readonly by: string
  readonly user: string
  readonly on: boolean
}

/** A request to change a name. */
export interface Renaming extends Settled {
  readonly by: string
  readonly commandId: string
}

/** Everything that the people of one run did. */
export interface PeopleHistory {
  readonly openings: readonly Opening[]
  readonly blockings: readonly Blocking[]
  readonly renamings: readonly Renaming[]
}

interface Interval {
  readonly from: number
  readonly to: number
}

const isBetween =
  (one: string, other: string) =>
  (blocking: Blocking): boolean =>
    (blocking.by === one && blocking.user === other) || (blocking.by === other && blocking.user === one)

/** The times in which a block was certainly in force, and those in which it may have been. */
const blockTimes = (
  blockings: readonly Blocking[],
): { readonly certain: readonly Interval[]; readonly possible: readonly Interval[] } => {
  const byPair = Map.groupBy(blockings, ({ by, user }) => `${by} ${user}`)
  const intervals = (begin: 'sentAt' | 'settledAt', end: 'sentAt' | 'settledAt') =>
    [...byPair.values()].flatMap((ofPair) =>
      ofPair.flatMap((blocking, index) => {
        if (!blocking.on) return []
        const removal = ofPair.slice(index).find(({ on }) => !on)
        return [{ from: blocking[begin], to: removal?.[end] ?? Number.POSITIVE_INFINITY }]
      }),
    )
  return { certain: intervals('settledAt', 'sentAt'), possible: intervals('sentAt', 'settledAt') }
}

const pairKey = (one: string, other: string): string => [one, other].sort().join(' ')

/** The problems of the direct chats: one for each pair, created against no block, and the same answer to every request. */
const directProblems = ({ openings, blockings }: PeopleHistory, committed: readonly CommittedEvent[]): readonly string[] => {
  const problems: string[] = []
  for (const [key, ofPair] of Map.groupBy(openings, (opening) => pairKey(opening.by, opening.with))) {
    const [one = '', other = ''] = key.split(' ')
    const room = directChatId(one, other)
    const created = committed.filter(
      ({ event }) => event.type === 'ChatCreated' && event.data.includes(one) && event.data.includes(other),
    )
    const [first] = created
    if (created.length > 1 || (first !== undefined && first.event.stream !== room))
      problems.push(`${key} has ${created.length} direct chats`)
    const { certain, possible } = blockTimes(blockings.filter(isBetween(one, other)))
    for (const { outcome, sentAt, settledAt } of ofPair) {
      const isAnswered = outcome.body !== undefined
      if (isAnswered && JSON.stringify(outcome.body) !== first?.event.data) problems.push(`${key}: another answer`)
      const isBlocked = possible.some(({ from, to }) => from <= settledAt && to >= sentAt)
      const exists = first !== undefined && first.atMs < sentAt
      if (!isAnswered && (exists || !isBlocked)) problems.push(`${key}: refused with ${JSON.stringify(outcome.error)}`)
    }
    if (first === undefined) continue
    const senders = ofPair.filter(({ sentAt }) => sentAt <= first.atMs)
    const isForbidden = ({ sentAt }: Opening): boolean => certain.some(({ from, to }) => from < sentAt && to > first.atMs)
    if (senders.every(isForbidden)) problems.push(`${key}: created although a block was confirmed before`)
  }
  return problems
}

/** The problems of the streams of users: gapless seqs, and each confirmed change once. */
const streamProblems = ({ renamings, blockings }: PeopleHistory, committed: readonly CommittedEvent[]): readonly string[] => {
  const problems: string[] = []
  const ofUsers = committed
    .map(({ event }) => event)
    .filter(({ name }) => ['create-user', 'update-user', 'set-block'].includes(name))
  for (const [user, events] of Map.groupBy(ofUsers, ({ stream }) => stream)) {
    events.forEach(({ seq }, index) => {
      if (seq !== index + 1) problems.push(`stream ${user}: seq ${seq} in the place of ${index + 1}`)
    })
  }
  const ids = ofUsers.map(({ commandId }) => commandId)
  if (new Set(ids).size < ids.length) problems.push('a change of a user is stored twice')
  for (const { commandId, outcome } of renamings)
    if (outcome.body === undefined || !ids.includes(commandId))
      problems.push(`update-user ${commandId}: ${outcome.error?.code ?? 'lost'}`)
  for (const { outcome } of blockings) if (outcome.body === undefined) problems.push(`set-block: ${outcome.error?.code}`)
  return problems
}

/** The promises that this run broke. */
export const peopleProblems = (history: PeopleHistory, committed: readonly CommittedEvent[]): readonly string[] => [
  ...directProblems(history, committed),
  ...streamProblems(history, committed),
]
