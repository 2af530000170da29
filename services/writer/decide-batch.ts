import type { ChatState } from '../../shared/domain/chat.ts'
import { notAllowed } from '../../shared/domain/chat.ts'
import type { Rejection } from '../../shared/domain/rejections.ts'
import type { NewOutcomes, RecordedOutcome, Snapshot } from '../../shared/ports/event-store.ts'
import { chatDecider } from '../../shared/room-events/chat-decider.ts'
import { roomEventOfType } from '../../shared/room-events/find-room-event.ts'
import { membersAffected } from '../../shared/room-events/membership-effect.ts'
import type { ChatCommand, ChatEvent, Command } from '../../shared/room-events/room-events.ts'
import { isUserCommand } from '../../shared/user-events/find-user-event.ts'
import type { BatchState, Decision, DecisionLimits } from './batch-state.ts'
import { accept, batchStateOf, outcomesOfId, reject, repeated, reservesItsId } from './batch-state.ts'
import { decideCreateUser, decideOwn } from './decide-user.ts'
import { ownOutcome } from './recorded-outcome.ts'

/** The decisions of one batch, and the state after it. */
export interface BatchDecision {
  /** One for each command, in their order. */
  readonly decisions: readonly Decision[]
  readonly decided: NewOutcomes
  /** The rooms that exist after the batch. */
  readonly chats: ReadonlyMap<string, ChatState>
}

const decideOne = (batch: BatchState, command: Command): Decision => {
  if (command.type === 'CreateUser') return decideCreateUser(batch, command)
  return isUserCommand(command) ? decideOwn(batch, command) : decideChat(batch, command)
}

/**
 * Decides commands in their order. An outcome that was recorded before, or
 * earlier in this batch, takes precedence over a new decision. Pure; bodies are
 * serialised here, once.
 */
export const decideBatch = (commands: readonly Command[], loaded: Snapshot, limits: DecisionLimits): BatchDecision => {
  const batch = batchStateOf(loaded, limits)
  const decisions = commands.map((command) => decideOne(batch, command))
  return { decisions, decided: { events: batch.events, rejections: batch.rejections }, chats: batch.chats }
}

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
const stateOf = ({ chats, knownUsers, chatCounts, blocks, messages, limits }: BatchState, room: string): ChatState => ({
  ...(chats.get(room) ?? { ...chatDecider.initialState, ...messages.get(room) }),
  knownUsers,
  maxMembers: limits.membersPerChat,
  chatCounts,
  maxChats: limits.chatsPerUser,
  blocks,
  maxReactionKeys: limits.reactionKeys,
  maxEdits: limits.editsPerMessage,
  maxPins: limits.pins,
})

const countChats = ({ chatCounts }: BatchState, event: ChatEvent): void => {
  const membership = roomEventOfType(event.type)?.membership ?? 'none'
  const change = membership === 'removes' ? -1 : 1
  for (const user of membersAffected(membership, event.body)) chatCounts.set(user, (chatCounts.get(user) ?? 0) + change)
}

/** Every attempt to open a direct chat is the same command, so that a recorded rejection would refuse it for ever. */
const isDirect = (command: ChatCommand): boolean => command.type === 'CreateChat' && command.body.direct === true

/** Answers with a rejection that is not recorded: the next attempt is decided anew. */
const refuse = (rejection: Rejection): Decision => ({ kind: 'rejection', rejection, isRepeat: false })

const decideChat = (batch: BatchState, command: ChatCommand): Decision => {
  const outcomes = outcomesOfId(batch, command)
  const state = stateOf(batch, command.stream)
  const own = ownOutcome(outcomes, command, state)
  if (own !== undefined) return repeated(own)
  if (outcomes.some(reservesItsId)) return decideReusedId(batch, command, state, outcomes)
  const result = chatDecider.decide(command, state)
  if (result.type === 'Rejected') return isDirect(command) ? refuse(result) : reject(batch, command, result)
  batch.chats.set(command.stream, chatDecider.evolve(state, result))
  countChats(batch, result)
  return accept(batch, command, result)
}
