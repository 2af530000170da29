import { recordHeaders } from '../../shared/records/record-headers.ts'
import type { Span } from '../../shared/runtime/observability/tracing.ts'
import { continueTrace } from '../../shared/runtime/observability/tracing.ts'
import type { Settled } from './outcome-lines.ts'
import type { Entry } from './read-record.ts'

/** The recorded ones among the commands of a batch, on their way through the writer. */
export interface RecordSpans {
  /** What goes along with the event of this command; undefined: nobody records it. */
  traceparent(commandId: string): string | undefined
  /** They are decided and stored. */
  end(settled: readonly Settled[]): void
}

/** Goes on with the traces that came with the records. */
export const openRecordSpans = (entries: readonly Entry[]): RecordSpans => {
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
    end: (settled) => {
      if (spans.size === 0) return
      for (const { entry, decision } of settled) spans.get(entry.command.id)?.end({ 'chat.decision': decision.kind })
    },
  }
}
