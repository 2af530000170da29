import type { StreamSummary } from '../../../shared/ports/stream-summary.ts'
import type { Finding } from './findings.ts'

type Fault = Finding['fault']

const compared = (rows: number, events: number): Fault => (rows < events ? 'missing' : 'doubled')

/** Seqs from 1 without gaps, and a read model that says the same. */
export const judgeAccount = (account: StreamSummary): readonly Finding[] => {
  const { stream, kind, first, head, events, messages, messageRows, chatHead, memberCount, memberRows } = account
  const found: Finding[] = []
  const say = (fault: Fault, what: string): void => void found.push({ part: 'store', fault, where: stream, what })

  if (first !== 1 || events !== head) say('missing', `${events} events from ${first} to ${head}`)
  if (kind === 'user') {
    if (!account.hasUserRow) say('missing', 'no row for the user')
    return found
  }
  if (chatHead === undefined || memberCount === undefined) say('missing', 'no row for the chat')
  else {
    if (chatHead !== head) say('different', `the chat ends at ${chatHead}, its events at ${head}`)
    if (memberCount !== memberRows) say('different', `the chat counts ${memberCount} members, and has ${memberRows}`)
  }
  if (messageRows !== messages) say(compared(messageRows, messages), `${messageRows} rows for ${messages} messages`)
  return found
}

/** A row without an event. */
export const judgeOrphan = (stream: string): Finding => ({
  part: 'store',
  fault: 'doubled',
  where: stream,
  what: 'a row in the read model, and no event',
})
