import type { OperationEvent } from './entry.ts'

/** The events of the kinds of commands that a load sends: new messages, and changes of messages that it has posted. */
export const eventOfKind = {
  messages: 'new-message',
  reactions: 'set-reaction',
  edits: 'edit-message',
  deletes: 'delete-message',
  pins: 'set-pin',
} as const satisfies Readonly<Record<string, OperationEvent>>

export type CommandKind = keyof typeof eventOfKind
/** The kinds that change a message. */
export type ChangeKind = Exclude<CommandKind, 'messages'>

export const commandKinds = Object.keys(eventOfKind) as readonly CommandKind[]

const kinds: ReadonlyMap<OperationEvent, CommandKind> = new Map(commandKinds.map((kind) => [eventOfKind[kind], kind]))

/** Undefined for an event that is of no kind, such as the creation of a room. */
export const kindOf = (event: OperationEvent): CommandKind | undefined => kinds.get(event)
