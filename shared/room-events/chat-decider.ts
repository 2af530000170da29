import type { ChatState } from '../domain/chat.ts'
import { noChat } from '../domain/chat.ts'
import type { Decider } from '../domain/decider.ts'
import type { Rejection } from '../domain/rejections.ts'
import { roomEventOfCommand, roomEventOfType } from './find-room-event.ts'
import { timeOf } from './membership-effect.ts'
import type { ChatCommand, ChatEvent } from './room-events.ts'

const decide = (command: ChatCommand, state: ChatState): ChatEvent | Rejection =>
  roomEventOfCommand(command.type).decide(command, state) as ChatEvent | Rejection

const evolve = (state: ChatState, event: ChatEvent): ChatState => {
  const evolved = roomEventOfType(event.type)?.evolve(state, event) ?? state
  return { ...evolved, seq: event.seq, lastAt: timeOf(event.body) }
}

/** Decides about one room's commands, in their order. */
export const chatDecider: Decider<ChatState, ChatCommand, ChatEvent, Rejection> = { initialState: noChat, evolve, decide }
