import type { StreamSummary } from '../../../shared/ports/stream-summary.ts'
import type { Finding } from './findings.ts'

type Fault = Finding['fault']

const countFault = (rows: number, events: number): Fault => (rows < events ? 'missing' : 'doubled')

/** Checks that the seqs start at 1 without gaps, and that the read model agrees with the events. */
export const streamFindings = (summary: StreamSummary): readonly Finding[] => {
  const { stream, kind, first, head, events, messages, messageRows, redacted, ofDeleted } = summary
  const { numbered, lastNumber, chatHead, memberCount, memberRows } = summary
  const found: Finding[] = []
  const add = (fault: Fault, what: string): void => void found.push({ part: 'store', fault, where: stream, what })

  if (first !== 1 || events !== head) add('missing', `${events} events from ${first} to ${head}`)
  if (kind === 'user') {
    const { userHead } = summary
    if (userHead === undefined) add('missing', 'no row for the user')
    else if (userHead !== head) add('different', `user head ${userHead}, but the last event has seq ${head}`)
    return found
  }
  if (chatHead === undefined || memberCount === undefined) add('missing', 'no row for the chat')
  else {
    if (chatHead !== head) add('different', `chat head ${chatHead}, but the last event has seq ${head}`)
    if (memberCount !== memberRows) add('different', `member count ${memberCount}, but ${memberRows} member rows`)
  }
  if (messageRows !== messages) add(countFault(messageRows, messages), `${messageRows} rows for ${messages} messages`)
  if (numbered !== lastNumber) add('different', `${numbered} numbered messages, but the last number is ${lastNumber}`)
  if (redacted !== ofDeleted) add('different', `${redacted} redacted events, but ${ofDeleted} events of deleted messages`)
  return found
}

/** The finding for a read-model row without an event. */
export const orphanFinding = (stream: string): Finding => ({
  part: 'store',
  fault: 'doubled',
  where: stream,
  what: 'a row in the read model without an event',
})
