import type { OperationEvent } from '../load/entry.ts'

const reads: ReadonlySet<OperationEvent> = new Set(['none', 'list-messages', 'resume'])

/** Whether the operation is a command, which is stored, and not a read. */
export const isCommand = (event: OperationEvent): boolean => !reads.has(event)
