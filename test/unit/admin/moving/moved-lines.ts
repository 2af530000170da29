import type { Line } from '../../../../services/admin/moving/lines.ts'
import { createSourceIds } from '../../../../services/admin/moving/source-ids.ts'

/** The lines of an exported text, without the first one. */
export const linesIn = (text: string): readonly Line[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .slice(1)
    .map((line) => JSON.parse(line) as Line)

const placeOf = (line: Line): string => {
  if (line.kind === 'user') return `1 ${line.id}`
  if (line.kind === 'block') return `3 ${line.user} ${line.blocked}`
  return `2 ${line.kind === 'chat' ? line.id : 'chat' in line ? line.chat : ''}`
}

/** The lines in the order of an export: by the ids of users and chats, and the lines of a chat in their own order. */
export const inExportOrder = (lines: readonly Line[]): readonly Line[] =>
  lines.toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : placeOf(a) > placeOf(b) ? 1 : 0))

/** The lines that an export of the service has after the import of these lines from a source into an empty service. */
export const asImported = (lines: readonly Line[], source: string): readonly Line[] => {
  const ids = createSourceIds(source)
  for (const line of lines) {
    if (line.kind === 'user') ids.setUser(line.id, ids.newUser(line.id))
    ids.note(line)
  }
  const user = (id: string): string => ids.user(id, 'user')
  const users = (given: readonly string[]): string[] => given.map(user)
  const moved = lines.map((line): Line => {
    const { chat = '', message, thread, reply_to: replyTo, mentions } = line as Partial<Record<string, string>>
    return {
      ...line,
      ...('id' in line && line.kind === 'user' ? { id: user(line.id) } : {}),
      ...('id' in line && line.kind === 'chat' ? { id: ids.room(line.id) } : {}),
      ...('id' in line && line.kind === 'message' ? { id: ids.message(chat, line.id) } : {}),
      ...(chat === '' ? {} : { chat: ids.room(chat) }),
      ...('user' in line ? { user: user(line.user) } : {}),
      ...('blocked' in line ? { blocked: user(line.blocked) } : {}),
      ...('users' in line ? { users: users(line.users) } : {}),
      ...(Array.isArray(mentions) ? { mentions: users(mentions as string[]) } : {}),
      ...(message === undefined ? {} : { message: ids.message(chat, message) }),
      ...(thread === undefined ? {} : { thread: ids.message(chat, thread) }),
      ...(replyTo === undefined ? {} : { reply_to: ids.message(chat, replyTo) }),
    } as Line
  })
  return inExportOrder(moved)
}
