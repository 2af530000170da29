/** A stored message. `data`: the body of its event, as JSON text. */
export interface StoredMessage {
  readonly seq: number
  readonly data: string
}

/** The JSON text of an object with one more member at its end. */
const withSeq = ({ seq, data }: StoredMessage): string => `${data.slice(0, -1)}${data === '{}' ? '' : ','}"seq":${seq}}`

/** The body that answers `list-messages`, as JSON text. Messages are sent as they are stored, each with its seq. */
export const messagesBody = (messages: readonly StoredMessage[], nextCursor: string | undefined): string => {
  const cursor = nextCursor === undefined ? '' : `,"next_cursor":${JSON.stringify(nextCursor)}`
  return `{"messages":[${messages.map(withSeq).join(',')}]${cursor}}`
}
