import { chunks } from '../../../../shared/runtime/async/chunks.ts'
import type { Line, LineOf } from '../lines.ts'
import type { SlackChannel, SlackMessage } from './slack-schemas.ts'
import { instantOf } from './slack-schemas.ts'
import { plainTextOf } from './slack-text.ts'

/** What the channels of an export share. */
export interface SlackWorkspace {
  /** The lines that a user needs before the first line that names it. */
  userLines(user: string, name?: string): readonly Line[]
  nameOf(user: string): string
  /** Counts a part that the format cannot carry. */
  leftOut(reason: string): void
}

/** The subtypes of messages that people and programs have written; the others describe changes of the channel. */
const written = new Set(['thread_broadcast', 'me_message', 'bot_message', 'file_share', 'reply_broadcast'])

const usersPerLine = 1_000

/** The conversion of one channel: the lines before its messages, of each message in the order of time, and after them. */
export interface SlackChat {
  begin(): readonly Line[]
  message(message: SlackMessage): readonly Line[]
  end(): readonly Line[]
}

/** A conversation without a name is one of two users, or of a user alone. */
export const createSlackChat = (channel: SlackChannel, workspace: SlackWorkspace, createdAt: string): SlackChat => {
  const { id: chat, name, pins = [] } = channel
  const members = new Set(channel.members)
  const isDirect = name === undefined && members.size === 2
  const creator = (isDirect ? undefined : channel.creator) ?? [...members][0] ?? `creator of ${chat}`
  const present = new Set([...members, creator])
  const posted = new Set<string>()
  let lastAt = createdAt
  let edits: LineOf<'edit'>[] = []
  const deletions: LineOf<'delete'>[] = []

  const head = (user: string) => ({ chat, user, created_at: lastAt })
  const moveTo = (instant: string): void => {
    if (instant > lastAt) lastAt = instant
  }

  const describing = (): { data?: Record<string, string> } => {
    const given = Object.entries({ topic: channel.topic?.value, purpose: channel.purpose?.value })
    const data = given.flatMap(([key, value]) =>
      value ? [[key, value.toWellFormed().replaceAll('\0', '').slice(0, 1_000)]] : [],
    )
    return data.length === 0 ? {} : { data: Object.fromEntries(data) as Record<string, string> }
  }

  /** The lines that make a user a member who has left the channel before the export, but has written there. */
  const entering = (user: string, userName?: string): readonly Line[] => {
    if (present.has(user)) return []
    present.add(user)
    return [...workspace.userLines(user, userName), { kind: 'join', ...head(creator), users: [user] }]
  }

  const canEnter = (user: string): boolean => present.has(user) || !isDirect

  const flushEdits = (until: string): readonly LineOf<'edit'>[] => {
    const due = edits.filter(({ created_at }) => created_at <= until)
    edits = edits.filter(({ created_at }) => created_at > until)
    return due.toSorted((a, b) => (a.created_at < b.created_at ? -1 : 1))
  }

  const reactionLines = ({ ts, reactions = [] }: SlackMessage): readonly Line[] =>
    reactions.flatMap(({ name: reaction, users }) =>
      [...new Set(users)]
        .filter(canEnter)
        .flatMap((user): Line[] => [...entering(user), { kind: 'reaction', ...head(user), message: ts, reaction }]),
    )

  const threadOf = ({ ts, thread_ts: root }: SlackMessage): { thread?: string } => {
    if (root === undefined || root === ts) return {}
    if (posted.has(root)) return { thread: root }
    workspace.leftOut('the root of a thread is not in the export: its replies are messages of the chat')
    return {}
  }

  const deletedLine = (message: SlackMessage, user: string): Line => {
    deletions.push({ kind: 'delete', ...head(user), message: message.ts })
    return { kind: 'message', ...head(user), id: message.ts, msg: '', deleted: true, ...threadOf(message) }
  }

  const writtenLines = (message: SlackMessage, user: string): readonly Line[] => {
    const content = plainTextOf(message, workspace.nameOf)
    if (content.msg === '') {
      workspace.leftOut('a message has no text')
      return []
    }
    if (message.files !== undefined) workspace.leftOut('a file is named in the text of its message, but not imported')
    if (message.edited !== undefined)
      edits.push({ kind: 'edit', chat, message: message.ts, user, created_at: instantOf(message.edited.ts), ...content })
    return [{ kind: 'message', ...head(user), id: message.ts, ...content, ...threadOf(message) }, ...reactionLines(message)]
  }

  /** Why a message is left out; undefined: it is not. */
  const reasonAgainst = ({ ts, subtype }: SlackMessage, user: string | undefined): string | undefined => {
    if (subtype !== undefined && subtype !== 'tombstone' && !written.has(subtype)) return `messages of the kind ${subtype}`
    if (user === undefined) return 'a message has no author'
    if (posted.has(ts)) return 'two messages of a channel have the same time'
    return canEnter(user) ? undefined : 'a message in a direct conversation is of a third user'
  }

  const begin = (): readonly Line[] => {
    const others = [...present].filter((user) => user !== creator)
    const [firstUsers = [], ...laterUsers] = chunks(others, usersPerLine)
    const kind = isDirect ? { direct: true as const } : { name: name ?? 'Notes', ...describing() }
    return [
      ...[...present].flatMap((user) => workspace.userLines(user)),
      { kind: 'chat', id: chat, user: creator, users: firstUsers, created_at: createdAt, ...kind },
      ...laterUsers.map((users): Line => ({ kind: 'join', ...head(creator), users })),
    ]
  }

  const message = (given: SlackMessage): readonly Line[] => {
    const user = given.user ?? given.bot_id
    const reason = reasonAgainst(given, user)
    if (reason !== undefined || user === undefined) {
      workspace.leftOut(reason ?? '')
      return []
    }
    const due = flushEdits(instantOf(given.ts))
    for (const { created_at } of due) moveTo(created_at)
    moveTo(instantOf(given.ts))
    const before = [...due, ...entering(user, given.username)]
    const own = given.subtype === 'tombstone' ? [deletedLine(given, user)] : writtenLines(given, user)
    if (own.length > 0) posted.add(given.ts)
    return [...before, ...own]
  }

  const leaving = (): readonly Line[] => {
    if (isDirect) return []
    const former = [...present].filter((user) => !members.has(user))
    const others = former.filter((user) => user !== creator)
    return [
      ...chunks(others, usersPerLine).map((users): Line => ({ kind: 'leave', ...head(creator), users })),
      ...(former.includes(creator) ? [{ kind: 'leave' as const, ...head(creator), users: [creator] }] : []),
    ]
  }

  const end = (): readonly Line[] => {
    const due = flushEdits('9999')
    for (const { created_at } of due) moveTo(created_at)
    const atEnd = deletions.map((line) => ({ ...line, created_at: lastAt }))
    const pinned = pins.filter(({ id }) => posted.has(id)).map(({ id }): Line => ({ kind: 'pin', ...head(creator), message: id }))
    return [...due, ...pinned, ...atEnd, ...leaving()]
  }

  return { begin, message, end }
}
