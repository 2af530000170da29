import type { EntryCode, OperationEvent } from './entry.ts'
import { creation, entryCodes, foreign, operationEvents } from './entry.ts'
import type { FrameView } from './frame-view.ts'
import type { RunIds } from './run-ids.ts'
import { intendedAt } from './run-ids.ts'

/** The fields of a frame that the load uses. */
export interface ParsedFrame {
  readonly event: string
  readonly id?: string
  readonly room?: string
  readonly seq?: number
  readonly body?: Readonly<Record<string, unknown>>
  readonly error?: { readonly code: string; readonly message: string; readonly retry_after_ms?: number }
}

const known = <Name extends string>(names: readonly Name[], name: string, otherwise: Name): Name =>
  names.find((candidate) => candidate === name) ?? otherwise

export const eventNamed = (name: string): OperationEvent => known(operationEvents, name, 'none')
export const codeNamed = (name: string): EntryCode => known(entryCodes, name, 'other')

export const idBytes = (id: unknown): Uint8Array => new TextEncoder().encode(typeof id === 'string' ? id : '')

const commandOf = (event: OperationEvent, body: ParsedFrame['body'], ids: RunIds): Pick<FrameView, 'command' | 'intendedMs'> => {
  if (event === 'create-chat') return { command: creation, intendedMs: 0 }
  const id = idBytes(body?.id)
  const command = ids.commandAt(id, 0)
  return { command, intendedMs: command === foreign ? 0 : intendedAt(id, 0) }
}

const commands: ReadonlySet<OperationEvent> = new Set([
  'create-chat',
  'new-message',
  'add-users',
  'remove-users',
  'edit-message',
  'delete-message',
  'set-reaction',
  'set-pin',
  'update-chat',
  'update-members',
  'erase',
])

/** Parses what `frameReader` reads by position, for frames of another layout and for samples. */
export const viewOf = (
  frame: Omit<ParsedFrame, 'error'> & { readonly error?: object },
  ids: RunIds,
): Omit<FrameView, 'commonFrom'> => {
  const event = eventNamed(frame.event)
  const operation = frame.id !== undefined && /^\d+$/.test(frame.id) ? Number(frame.id) : 0
  const nothing = { event, operation, room: 0, seq: 0, command: 0, intendedMs: 0 }
  if (frame.error !== undefined) return { ...nothing, kind: 'error' }
  const named = commands.has(event) ? commandOf(event, frame.body, ids) : {}
  if (frame.seq !== undefined && frame.room !== undefined)
    return { ...nothing, ...named, kind: 'feed', room: ids.roomAt(idBytes(frame.room), 0), seq: frame.seq }
  return { ...nothing, ...named, kind: event === 'none' ? 'other' : 'answer' }
}
