import type { ChatState } from '../../shared/domain/chat.ts'
import type { User } from '../../shared/domain/events.ts'
import type { Rejection } from '../../shared/domain/rejections.ts'
import { reservesId } from '../../shared/domain/rejections.ts'
import type {
  NewEvent,
  RecordedOutcome,
  Snapshot,
  StoredEvent,
  StoredRejection,
  StoredUser,
} from '../../shared/ports/event-store.ts'
import { commandKeyText } from '../../shared/ports/event-store.ts'
import type { ProtocolLimits } from '../../shared/protocol/limits.ts'
import { toStored } from '../../shared/records/stored-event.ts'
import type { ChatCommand, Command, DomainEvent } from '../../shared/room-events/room-events.ts'
import type { UserCommand } from '../../shared/user-events/user-events.ts'
import { outcomeKey } from './read-set.ts'

/** The decision on one command. `isRepeat`: the outcome was recorded before, perhaps by an earlier command of the batch. */
export type Decision =
  | { readonly kind: 'event'; readonly event: StoredEvent; readonly isRepeat: boolean }
  | { readonly kind: 'rejection'; readonly rejection: Rejection; readonly isRepeat: boolean }
  /** Another command has this id. The sender is answered, and nothing is recorded. */
  | { readonly kind: 'conflict' }
  /** The user existed already. The sender is answered with it. */
  | { readonly kind: 'user'; readonly user: User }

/** The protocol limits that decisions enforce. */
export type DecisionLimits = Pick<
  ProtocolLimits,
  'membersPerChat' | 'chatsPerUser' | 'reactionKeys' | 'editsPerMessage' | 'pins' | 'blocks'
>

/** The state and the outcomes that a batch needs. Each decision updates it. */
export interface BatchState {
  readonly chats: Map<string, ChatState>
  readonly knownUsers: Set<string>
  readonly users: Map<string, User>
  readonly userStreams: Map<string, StoredUser>
  readonly blocks: Set<string>
  readonly outcomes: Map<string, readonly RecordedOutcome[]>
  readonly messages: Snapshot['messages']
  readonly events: NewEvent[]
  readonly rejections: StoredRejection[]
  readonly chatCounts: Map<string, number>
  readonly limits: DecisionLimits
}

/** The read rooms. Only those of which a command names messages, or may lower an owner, are copied. */
const chatsOf = ({ chats, messages, owners }: Snapshot): Map<string, ChatState> => {
  const all = new Map(chats)
  for (const room of new Set([...messages.keys(), ...owners.keys()])) {
    const state = all.get(room)
    if (state !== undefined) all.set(room, { ...state, ...messages.get(room), owners: owners.get(room) ?? state.owners })
  }
  return all
}

/** The state before the first decision of a batch. */
export const batchStateOf = (loaded: Snapshot, limits: DecisionLimits): BatchState => ({
  chats: chatsOf(loaded),
  knownUsers: new Set(loaded.knownUsers),
  users: new Map(loaded.users),
  userStreams: new Map(loaded.userStreams),
  blocks: new Set(loaded.blocks),
  outcomes: new Map(loaded.outcomes),
  messages: loaded.messages,
  events: [],
  rejections: [],
  chatCounts: new Map(loaded.chatCounts),
  limits,
})

const keyOf = (command: Command): string => {
  const { room, id } = outcomeKey(command)
  return commandKeyText(room, id)
}

/** The outcomes that were recorded under the id of the command, by this or another command. */
export const outcomesOfId = (batch: BatchState, command: Command): readonly RecordedOutcome[] =>
  batch.outcomes.get(keyOf(command)) ?? []

/** The decision on a command that was decided before. */
export const repeated = (own: RecordedOutcome): Decision =>
  own.kind === 'event'
    ? { kind: 'event', event: own.event, isRepeat: true }
    : { kind: 'rejection', rejection: own.rejection, isRepeat: true }

/** Whether no other command can be stored under the id of this outcome. */
export const reservesItsId = (outcome: RecordedOutcome): boolean => outcome.kind === 'event' || reservesId(outcome.rejection)

const record = (batch: BatchState, command: Command, outcome: RecordedOutcome): void => {
  batch.outcomes.set(keyOf(command), [...outcomesOfId(batch, command), outcome])
}

/** Records the event of a command. */
export const accept = (batch: BatchState, command: Command, event: DomainEvent): Decision => {
  const entry = { event, data: JSON.stringify(event.body) }
  const stored = toStored(entry)
  batch.events.push(entry)
  record(batch, command, { kind: 'event', digest: event.digest, event: stored })
  return { kind: 'event', event: stored, isRepeat: false }
}

/** Records the rejection of a command. */
export const reject = (batch: BatchState, command: ChatCommand | UserCommand, rejection: Rejection): Decision => {
  const { stream: room, id, digest } = command
  batch.rejections.push({ room, commandId: id, digest, rejection })
  record(batch, command, { kind: 'rejection', digest, rejection })
  return { kind: 'rejection', rejection, isRepeat: false }
}
