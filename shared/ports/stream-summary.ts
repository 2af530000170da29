/** Counts of one stream in the events and in the tables computed from them, from one snapshot. */
export interface StreamSummary {
  readonly stream: string
  readonly kind: 'chat' | 'user'
  readonly first: number
  readonly head: number
  /** Number of events; equals `head - first + 1` unless events are missing. */
  readonly events: number
  /** Number of message events. */
  readonly messages: number
  /** Number of rows in the table of messages. */
  readonly messageRows: number
  /** Number of events whose content was removed. Everything else of them is verified as usual. */
  readonly redacted: number
  /** Number of events that carried the content of a message which is deleted now: all of them must be redacted. */
  readonly ofDeleted: number
  /** Number of messages that have a number, and the greatest number: equal, because messages are numbered from 1. */
  readonly numbered: number
  readonly lastNumber: number
  /** From the row of the chat; absent: there is no row. */
  readonly chatHead?: number
  readonly memberCount?: number
  readonly memberRows: number
  /** From the row of the user; absent: there is no row. */
  readonly userHead?: number
}

/** Identifies one event. */
export interface EventKey {
  readonly stream: string
  readonly seq: number
}

/** An event and the milliseconds since it was stored. */
export interface EventAge extends EventKey {
  readonly ageMs: number
}
