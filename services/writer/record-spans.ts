import { recordHeaders } from '../../shared/records/record-headers.ts'
import type { Span } from '../../shared/runtime/observability/tracing.ts'
import { continueTrace } from '../../shared/runtime/observability/tracing.ts'
import type { CommandEntry } from './read-record.ts'
import type { StoredEntry } from './store-batch.ts'

/** The spans of the sampled commands of one batch, from reading to storing. */
export interface RecordSpans {
  /** The trace context to publish with the event of this command; undefined if the command is not sampled. */
  traceparent(commandId: string): string | undefined
  /** Ends the span of each stored command. */
  end(stored: readonly StoredEntry[]): void
}

/** Continues the traces whose context is in the record headers. */
export const openRecordSpans = (entries: readonly CommandEntry[]): RecordSpans => {
  const spans = new Map<string, Span>()
  for (const { record, command } of entries) {
    const { partition, offset, headers } = record
    const attributes = { 'chat.command': command.id, 'chat.room': command.stream, partition, offset }
    const work = { name: 'chat.decide', kind: 'consume', attributes } as const
    const span = continueTrace(headers[recordHeaders.traceparent], work)
    if (span !== undefined) spans.set(command.id, span)
  }
  return {
    traceparent: (commandId) => spans.get(commandId)?.traceparent,
    end: (stored) => {
      if (spans.size === 0) return
      for (const { command, decision } of stored) spans.get(command.id)?.end({ 'chat.decision': decision.kind })
    },
  }
}
