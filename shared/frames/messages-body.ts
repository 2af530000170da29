import type { ListedMessage, MessagePage, VersionPage } from '../ports/read-model.ts'

/** The JSON text of an object with more members at its end. `members`: their JSON text. */
const withMembers = (data: string, members: string): string => `${data.slice(0, -1)}${data === '{}' ? '' : ','}${members}}`

const cursorText = (nextCursor: string | undefined): string =>
  nextCursor === undefined ? '' : `,"next_cursor":${JSON.stringify(nextCursor)}`

const member = (name: string, value: unknown): string => (value === undefined ? '' : `,"${name}":${JSON.stringify(value)}`)

const repliesOf = ({ replies }: ListedMessage): object | undefined =>
  replies === undefined ? undefined : { count: replies.count, last_seq: replies.lastSeq }

const messageText = (message: ListedMessage): string =>
  withMembers(
    message.data,
    `"seq":${message.seq}${member('reactions', message.reactions)}${member('my_reactions', message.myReactions)}` +
      `${member('replies', repliesOf(message))}${member('pinned', message.isPinned)}`,
  )

/** The body that answers `list-messages`, as JSON text. The text of a message is not parsed. */
export const messagesBody = ({ messages, asOf, read, nextCursor }: MessagePage): string =>
  `{"messages":[${messages.map(messageText).join(',')}],"as_of":${asOf}${member('read', read)}${cursorText(nextCursor)}}`

/** The body that answers `get-message-versions`, as JSON text. */
export const versionsBody = ({ versions, nextCursor }: VersionPage): string =>
  `{"versions":[${versions.map(({ seq, data }) => withMembers(data, `"seq":${seq}`)).join(',')}]${cursorText(nextCursor)}}`
