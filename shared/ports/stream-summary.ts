/** One stream, as the events and as the tables computed from them have it, in one snapshot. */
export interface StreamSummary {
  readonly stream: string
  readonly kind: 'chat' | 'user'
  readonly first: number
  readonly head: number
  /** As many as the head says, or there are holes. */
  readonly events: number
  /** Among the events, and in the table of messages. */
  readonly messages: number
  readonly messageRows: number
  /** Of the chat's row; absent: there is none. */
  readonly chatHead?: number
  readonly memberCount?: number
  readonly memberRows: number
  readonly hasUserRow: boolean
}

export interface EventKey {
  readonly stream: string
  readonly seq: number
}

/** How long ago an event was stored. */
export interface EventAge extends EventKey {
  readonly ageMs: number
}
