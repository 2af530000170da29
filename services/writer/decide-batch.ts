import type { ChatState } from '../../shared/domain/chat.ts'
import { notAllowed } from '../../shared/domain/chat.ts'
import type { CreateUser } from '../../shared/domain/commands.ts'
import type { User } from '../../shared/domain/events.ts'
import type { Rejection } from '../../shared/domain/rejections.ts'
import { reservesId } from '../../shared/domain/rejections.ts'
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

/** The state and the outcomes that the batch needs. Each decision updates it. */
interface BatchState {
  readonly chats: Map<string, ChatState>
  readonly knownUsers: Set<string>
  readonly users: Map<string, User>
  readonly outcomes: Map<string, readonly RecordedOutcome[]>
  readonly messages: Snapshot['messages']
  readonly events: NewEvent[]
  readonly rejections: StoredRejection[]
  readonly chatCounts: Map<string, number>
  readonly limits: DecisionLimits
}

/** The protocol limits that decisions enforce. */
export type DecisionLimits = Pick<ProtocolLimits, 'membersPerChat' | 'chatsPerUser' | 'reactionKeys' | 'editsPerMessage' | 'pins'>

/** The read rooms. Only those of which a command names messages, or may lower an owner, are copied. */
const chatsOf = ({ chats, messages, owners }: Snapshot): Map<string, ChatState> => {
  const all = new Map(chats)
  for (const room of new Set([...messages.keys(), ...owners.keys()])) {
    const state = all.get(room)
    if (state !== undefined) all.set(room, { ...state, ...messages.get(room), owners: owners.get(room) ?? state.owners })
  }
  return all
}

/**
 * Decides commands in their order. An outcome that was recorded before, or
 * earlier in this batch, takes precedence over a new decision. Pure; bodies are
 * serialised here, once.
 */
export const decideBatch = (commands: readonly Command[], loaded: Snapshot, limits: DecisionLimits): BatchDecision => {
  const batch: BatchState = {
    chats: chatsOf(loaded),
    knownUsers: new Set(loaded.knownUsers),
    users: new Map(loaded.users),
    outcomes: new Map(loaded.outcomes),
    messages: loaded.messages,
    events: [],
    rejections: [],
    chatCounts: new Map(loaded.chatCounts),
    limits,
  }
  const decisions = commands.map((command) =>
    command.type === 'CreateUser' ? decideUser(batch, command) : decideChat(batch, command),
  )
  return { decisions, decided: { events: batch.events, rejections: batch.rejections }, chats: batch.chats }
}

const keyOf = (command: Command): string => {
  const { room, id } = outcomeKey(command)
  return commandKeyText(room, id)
}

const outcomesOfId = (batch: BatchState, command: Command): readonly RecordedOutcome[] => batch.outcomes.get(keyOf(command)) ?? []

/** The decision on a command that was decided before. */
const repeated = (own: RecordedOutcome): Decision =>
  own.kind === 'event'
    ? { kind: 'event', event: own.event, isRepeat: true }
    : { kind: 'rejection', rejection: own.rejection, isRepeat: true }

const reservesItsId = (outcome: RecordedOutcome): boolean => outcome.kind === 'event' || reservesId(outcome.rejection)

/**
 * Another command has this id. Only a member may learn that: any other user gets
 * the rejection for a chat that does not exist. A `create-chat` whose id an earlier
 * rejection reserved reveals nothing, because there is no chat.
 */
const decideReusedId = (
  batch: BatchState,
  command: ChatCommand,
  { members }: ChatState,
  outcomes: readonly RecordedOutcome[],
): Decision => {
  const hasNoChat = command.type === 'CreateChat' && outcomes.every(({ kind }) => kind === 'rejection')
  return hasNoChat || members.has(command.user) ? { kind: 'conflict' } : reject(batch, command, notAllowed)
}

/** The batch may create the room and then change a message of it, so the messages that it names are known in a new room too. */
const stateOf = ({ chats, knownUsers, chatCounts, messages, limits }: BatchState, room: string): ChatState => ({
  ...(chats.get(room) ?? { ...chatDecider.initialState, ...messages.get(room) }),
  knownUsers,
  maxMembers: limits.membersPerChat,
  chatCounts,
  maxChats: limits.chatsPerUser,
  maxReactionKeys: limits.reactionKeys,
  maxEdits: limits.editsPerMessage,
  maxPins: limits.pins,
})

const countChats = ({ chatCounts }: BatchState, event: ChatEvent): void => {
  const membership = roomEventOfType(event.type)?.membership ?? 'none'
  const change = membership === 'removes' ? -1 : 1
  for (const user of membersAffected(membership, event.body)) chatCounts.set(user, (chatCounts.get(user) ?? 0) + change)
}

const decideChat = (batch: BatchState, command: ChatCommand): Decision => {
  const outcomes = outcomesOfId(batch, command)
  const state = stateOf(batch, command.stream)
  const own = ownOutcome(outcomes, command, state)
  if (own !== undefined) return repeated(own)
  if (outcomes.some(reservesItsId)) return decideReusedId(batch, command, state, outcomes)
  const result = chatDecider.decide(command, state)
  if (result.type === 'Rejected') return reject(batch, command, result)
  batch.chats.set(command.stream, chatDecider.evolve(state, result))
  countChats(batch, result)
  return accept(batch, command, result)
}

const decideUser = (batch: BatchState, command: CreateUser): Decision => {
  const outcomes = outcomesOfId(batch, command)
  const own = outcomes.find(({ digest }) => digest === command.digest)
  if (own !== undefined) return repeated(own)
  const result = userDecider.decide(command, { user: batch.users.get(command.stream) })
  if (result.type === 'AlreadyThere') return { kind: 'user', user: result.user }
  if (outcomes.some(reservesItsId)) return { kind: 'conflict' }
  batch.users.set(command.stream, result.body.user)
  batch.knownUsers.add(result.body.user.id)
  return accept(batch, command, result)
}

const record = (batch: BatchState, command: Command, outcome: RecordedOutcome): void => {
  batch.outcomes.set(keyOf(command), [...outcomesOfId(batch, command), outcome])
}

const accept = (batch: BatchState, command: Command, event: DomainEvent): Decision => {
  const entry = { event, data: JSON.stringify(event.body) }
  const stored = toStored(entry)
  batch.events.push(entry)
  record(batch, command, { kind: 'event', digest: event.digest, event: stored })
  return { kind: 'event', event: stored, isRepeat: false }
}

const reject = (batch: BatchState, command: ChatCommand, rejection: Rejection): Decision => {
  const { stream: room, id, digest } = command
  batch.rejections.push({ room, commandId: id, digest, rejection })
  record(batch, command, { kind: 'rejection', digest, rejection })
  return { kind: 'rejection', rejection, isRepeat: false }
}
