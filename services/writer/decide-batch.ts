import type { ChatState } from '../../shared/domain/chat.ts'
import { chatDecider, notAllowed } from '../../shared/domain/chat.ts'
import type { ChatCommand, Command, CreateUser } from '../../shared/domain/commands.ts'
import type { ChatEvent, DomainEvent, User } from '../../shared/domain/events.ts'
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
import { outcomeKey } from './read-set.ts'

/** What is to be said of one command. A repeat's outcome was recorded earlier, perhaps earlier in the batch. */
export type Decision =
  | { readonly kind: 'event'; readonly event: StoredEvent; readonly isRepeat: boolean }
  | { readonly kind: 'rejection'; readonly rejection: Rejection; readonly isRepeat: boolean }
  /** The id names another command. It is answered and never recorded. */
  | { readonly kind: 'conflict' }
  /** The user was there already and is the answer. */
  | { readonly kind: 'user'; readonly user: User }

/** The decisions of one batch, and the state after it. */
export interface BatchDecision {
  /** One for each command, in their order. */
  readonly decisions: readonly Decision[]
  readonly decided: NewOutcomes
  /** The rooms that exist after the batch. */
  readonly chats: ReadonlyMap<string, ChatState>
}

/** The state of everything the batch touches, as it evolves from command to command. */
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

/** The bounds that the writer decides by. */
export type DecisionLimits = Pick<ProtocolLimits, 'membersPerChat' | 'chatsPerUser'>

/**
 * Decides commands in their order: a recorded outcome, or an earlier one of
 * this batch, wins over any decision. Pure; bodies are serialised here, once.
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

/** The command's own outcome, if it was decided before. */
const recorded = (outcomes: readonly RecordedOutcome[], { digest }: Command): Decision | undefined => {
  const own = outcomes.find((outcome) => outcome.digest === digest)
  if (own === undefined) return undefined
  return own.kind === 'event'
    ? { kind: 'event', event: own.event, isRepeat: true }
    : { kind: 'rejection', rejection: own.rejection, isRepeat: true }
}

const isTaken = (outcome: RecordedOutcome): boolean => outcome.kind === 'event' || keepsId(outcome.rejection)

/**
 * The id names another command. Only a member may learn that: anybody else gets
 * the answer for a chat that does not exist. A `create-chat` whose id an earlier
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
})

const countChats = ({ chatCounts }: Table, event: ChatEvent): void => {
  if (event.type === 'MessagePosted') return
  const users = event.type === 'ChatCreated' ? event.body.chat.users : event.body.users
  const change = event.type === 'UsersRemoved' ? -1 : 1
  for (const user of users) chatCounts.set(user, (chatCounts.get(user) ?? 0) + change)
}

const decideChat = (table: Table, command: ChatCommand): Decision => {
  const outcomes = underIdOf(table, command)
  const repeat = recorded(outcomes, command)
  if (repeat !== undefined) return repeat
  const state = stateOf(table, command.room)
  if (outcomes.some(isTaken)) return decideTakenId(table, command, state, outcomes)
  const result = chatDecider.decide(command, state)
  if (result.type === 'Rejected') return reject(table, command, result)
  table.chats.set(command.room, chatDecider.evolve(state, result))
  countChats(table, result)
  return accept(table, command, result)
}

const decideUser = (table: Table, command: CreateUser): Decision => {
  const outcomes = underIdOf(table, command)
  const repeat = recorded(outcomes, command)
  if (repeat !== undefined) return repeat
  const result = userDecider.decide(command, { user: table.users.get(command.room) })
  if (result.type === 'AlreadyThere') return { kind: 'user', user: result.user }
  if (outcomes.some(isTaken)) return { kind: 'conflict' }
  table.users.set(command.room, result.body.user)
  table.knownUsers.add(result.body.user.id)
  return accept(table, command, result)
}

const record = (table: Table, command: Command, outcome: RecordedOutcome): void => {
  table.outcomes.set(keyOf(command), [...underIdOf(table, command), outcome])
}

const accept = (table: Table, command: Command, event: DomainEvent): Decision => {
  const { stream, seq, type, commandId, digest } = event
  const stored: StoredEvent = { v: 1, stream, seq, type, data: JSON.stringify(event.body), commandId, digest }
  table.events.push({ event, data: stored.data })
  record(table, command, { kind: 'event', digest, event: stored })
  return { kind: 'event', event: stored, isRepeat: false }
}

const reject = (table: Table, command: ChatCommand, rejection: Rejection): Decision => {
  const { room, id, digest } = command
  table.rejections.push({ room, commandId: id, digest, rejection })
  record(table, command, { kind: 'rejection', digest, rejection })
  return { kind: 'rejection', rejection, isRepeat: false }
}
