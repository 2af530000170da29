import type { ChatState } from '../../shared/domain/chat.ts'
import { notAllowed } from '../../shared/domain/chat.ts'
import type { CreateUser } from '../../shared/domain/commands.ts'
import type { User } from '../../shared/domain/events.ts'
import type { Rejection } from '../../shared/domain/rejections.ts'
import { keepsId } from '../../shared/domain/rejections.ts'
import { userDecider } from '../../shared/domain/user.ts'
import type {
  NewEvent,
  NewOutcomes,
  RecordedOutcome,
  Snapshot,
  StoredEvent,
  StoredRejection,
} from '../../shared/ports/event-store.ts'
import { commandKeyText } from '../../shared/ports/event-store.ts'
import type { ProtocolLimits } from '../../shared/protocol/limits.ts'
import { toStored } from '../../shared/records/stored-event.ts'
import { chatDecider } from '../../shared/room-events/chat-decider.ts'
import { roomEventOfType } from '../../shared/room-events/find-room-event.ts'
import { membersAffected } from '../../shared/room-events/membership-effect.ts'
import type { ChatCommand, ChatEvent, Command, DomainEvent } from '../../shared/room-events/room-events.ts'
import { outcomeKey } from './read-set.ts'
import { ownOutcome } from './recorded-outcome.ts'

/** The decision on one command. `isRepeat`: the outcome was recorded before, perhaps by an earlier command of the batch. */
export type Decision =
  | { readonly kind: 'event'; readonly event: StoredEvent; readonly isRepeat: boolean }
  | { readonly kind: 'rejection'; readonly rejection: Rejection; readonly isRepeat: boolean }
  /** Another command has this id. The sender is answered, and nothing is recorded. */
  | { readonly kind: 'conflict' }
  /** The user existed already. The sender is answered with it. */
  | { readonly kind: 'user'; readonly user: User }

/** The decisions of one batch, and the state after it. */
export interface BatchDecision {
  /** One for each command, in their order. */
  readonly decisions: readonly Decision[]
  readonly decided: NewOutcomes
  /** The rooms that exist after the batch. */
  readonly chats: ReadonlyMap<string, ChatState>
}

/** The state of everything that the batch touches. Each decision changes it. */
interface Table {
  readonly chats: Map<string, ChatState>
  readonly knownUsers: Set<string>
  readonly users: Map<string, User>
  readonly outcomes: Map<string, readonly RecordedOutcome[]>
  readonly events: NewEvent[]
  readonly rejections: StoredRejection[]
  readonly chatCounts: Map<string, number>
  readonly limits: DecisionLimits
}

/** The protocol limits that decisions enforce. */
export type DecisionLimits = Pick<ProtocolLimits, 'membersPerChat' | 'chatsPerUser' | 'reactionKeys' | 'pins'>

/**
 * Decides commands in their order. An outcome that was recorded before, or
 * earlier in this batch, takes precedence over a new decision. Pure; bodies are
 * serialised here, once.
 */
export const decideBatch = (commands: readonly Command[], loaded: Snapshot, limits: DecisionLimits): BatchDecision => {
  const table: Table = {
    chats: new Map(loaded.chats),
    knownUsers: new Set(loaded.knownUsers),
    users: new Map(loaded.users),
    outcomes: new Map(loaded.outcomes),
    events: [],
    rejections: [],
    chatCounts: new Map(loaded.chatCounts),
    limits,
  }
  const decisions = commands.map((command) =>
    command.type === 'CreateUser' ? decideUser(table, command) : decideChat(table, command),
  )
  return { decisions, decided: { events: table.events, rejections: table.rejections }, chats: table.chats }
}

const keyOf = (command: Command): string => {
  const { room, id } = outcomeKey(command)
  return commandKeyText(room, id)
}

const underIdOf = (table: Table, command: Command): readonly RecordedOutcome[] => table.outcomes.get(keyOf(command)) ?? []

/** The decision on a command that was decided before. */
const repeated = (own: RecordedOutcome): Decision =>
  own.kind === 'event'
    ? { kind: 'event', event: own.event, isRepeat: true }
    : { kind: 'rejection', rejection: own.rejection, isRepeat: true }

const isTaken = (outcome: RecordedOutcome): boolean => outcome.kind === 'event' || keepsId(outcome.rejection)

/**
 * Another command has this id. Only a member may learn that: any other user gets
 * the rejection for a chat that does not exist. A `create-chat` whose id an earlier
 * rejection keeps reveals nothing, because there is no chat.
 */
const decideTakenId = (
  table: Table,
  command: ChatCommand,
  { members }: ChatState,
  outcomes: readonly RecordedOutcome[],
): Decision => {
  const hasNoChat = command.type === 'CreateChat' && outcomes.every(({ kind }) => kind === 'rejection')
  return hasNoChat || members.has(command.user) ? { kind: 'conflict' } : reject(table, command, notAllowed)
}

const stateOf = ({ chats, knownUsers, chatCounts, limits }: Table, room: string): ChatState => ({
  ...(chats.get(room) ?? chatDecider.initialState),
  knownUsers,
  maxMembers: limits.membersPerChat,
  chatCounts,
  maxChats: limits.chatsPerUser,
  maxReactionKeys: limits.reactionKeys,
  maxPins: limits.pins,
})

const countChats = ({ chatCounts }: Table, event: ChatEvent): void => {
  const membership = roomEventOfType(event.type)?.membership ?? 'none'
  const change = membership === 'removes' ? -1 : 1
  for (const user of membersAffected(membership, event.body)) chatCounts.set(user, (chatCounts.get(user) ?? 0) + change)
}

const decideChat = (table: Table, command: ChatCommand): Decision => {
  const outcomes = underIdOf(table, command)
  const state = stateOf(table, command.stream)
  const own = ownOutcome(outcomes, command, state)
  if (own !== undefined) return repeated(own)
  if (outcomes.some(isTaken)) return decideTakenId(table, command, state, outcomes)
  const result = chatDecider.decide(command, state)
  if (result.type === 'Rejected') return reject(table, command, result)
  table.chats.set(command.stream, chatDecider.evolve(state, result))
  countChats(table, result)
  return accept(table, command, result)
}

const decideUser = (table: Table, command: CreateUser): Decision => {
  const outcomes = underIdOf(table, command)
  const own = outcomes.find(({ digest }) => digest === command.digest)
  if (own !== undefined) return repeated(own)
  const result = userDecider.decide(command, { user: table.users.get(command.stream) })
  if (result.type === 'AlreadyThere') return { kind: 'user', user: result.user }
  if (outcomes.some(isTaken)) return { kind: 'conflict' }
  table.users.set(command.stream, result.body.user)
  table.knownUsers.add(result.body.user.id)
  return accept(table, command, result)
}

const record = (table: Table, command: Command, outcome: RecordedOutcome): void => {
  table.outcomes.set(keyOf(command), [...underIdOf(table, command), outcome])
}

const accept = (table: Table, command: Command, event: DomainEvent): Decision => {
  const entry = { event, data: JSON.stringify(event.body) }
  const stored = toStored(entry)
  table.events.push(entry)
  record(table, command, { kind: 'event', digest: event.digest, event: stored })
  return { kind: 'event', event: stored, isRepeat: false }
}

const reject = (table: Table, command: ChatCommand, rejection: Rejection): Decision => {
  const { stream: room, id, digest } = command
  table.rejections.push({ room, commandId: id, digest, rejection })
  record(table, command, { kind: 'rejection', digest, rejection })
  return { kind: 'rejection', rejection, isRepeat: false }
}
