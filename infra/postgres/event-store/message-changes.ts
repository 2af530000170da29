import type { Attachment, Mentions } from '../../../shared/domain/events.ts'
import type { MessageDeleted } from '../../../shared/room-events/delete-message.ts'
import type { MessageEdited } from '../../../shared/room-events/edit-message.ts'
import type { MessagesErased } from '../../../shared/room-events/erase.ts'
import type { MessagePosted } from '../../../shared/room-events/new-message.ts'
import type { PinSet } from '../../../shared/room-events/set-pin.ts'
import type { ReactionSet } from '../../../shared/room-events/set-reaction.ts'
import { everyone } from '../read-model/unread.ts'
import type { ChangeRows } from './change-rows.ts'
import { filledGroups } from './change-rows.ts'

/** A message, by the columns of its key. */
interface MessageKey {
  readonly chat_id: string
  readonly id: string
}

interface VersionUpdate extends MessageKey {
  readonly version_seq: number | null
  readonly deleted_seq: number | null
  readonly type: string
}
interface RepliesUpdate extends MessageKey {
  readonly added: number
  readonly seq: number | null
}
interface ReactionUpdate extends MessageKey {
  readonly reaction: string
  readonly user_id: string
  /** Null: it is not set any more. */
  readonly seq: number | null
}
interface ReactionCountUpdate extends MessageKey {
  readonly reaction: string
  readonly users: number
}

/** An event that has erased messages. */
interface ErasureRow {
  readonly chat_id: string
  /** Null: messages of all users. */
  readonly user_id: string | null
  readonly from_seq: number
  readonly before_seq: number
  readonly seq: number
}

/**
 * The changes of messages by a sequence of events, at most one row per key: the
 * rows are the same, however the events are divided into batches.
 */
export class MessageChanges {
  /** The messages that the events delete. */
  readonly deleted: MessageKey[] = []
  private readonly edits: (MessageKey & { readonly seq: number })[] = []
  private readonly versions = new Map<string, VersionUpdate>()
  private readonly pins = new Map<string, MessageKey & { readonly seq: number | null }>()
  private readonly replies = new Map<string, RepliesUpdate>()
  private readonly unmentioned = new Map<string, MessageKey>()
  private readonly mentions = new Map<string, readonly (MessageKey & { readonly user_id: string })[]>()
  private readonly files: (MessageKey & { readonly file_id: string })[] = []
  private readonly reactions = new Map<string, ReactionUpdate>()
  private readonly counts = new Map<string, ReactionCountUpdate>()
  private readonly erasures: ErasureRow[] = []

  posted({ stream, seq, body: { id, thread, mentions, attachments } }: MessagePosted): void {
    if (thread !== undefined) this.addReplies({ chat_id: stream, id: thread }, 1, seq)
    if (mentions !== undefined) this.mention({ chat_id: stream, id }, mentions)
    if (attachments !== undefined) this.attach({ chat_id: stream, id }, attachments)
  }

  edited({ stream, seq, body: { message } }: MessageEdited): void {
    const key = { chat_id: stream, id: message.id }
    this.edits.push({ ...key, seq })
    this.versions.set(textOf(key), { ...key, version_seq: seq, deleted_seq: null, type: message.type })
    this.unmentioned.set(textOf(key), key)
    this.mention(key, message.mentions ?? [])
    this.attach(key, message.attachments ?? [])
  }

  deletes({ stream, seq, body: { message } }: MessageDeleted): void {
    const key = { chat_id: stream, id: message.id }
    this.deleted.push(key)
    this.versions.set(textOf(key), { ...key, version_seq: null, deleted_seq: seq, type: message.type })
    this.pins.set(textOf(key), { ...key, seq: null })
    this.unmentioned.set(textOf(key), key)
    this.mention(key, [])
    if (message.thread !== undefined) this.addReplies({ chat_id: stream, id: message.thread }, -1, null)
  }

  /** The database erases after it has written all other changes: no later event changes an erased message. */
  erases({ stream, seq, body: { user, from, before } }: MessagesErased): void {
    this.erasures.push({ chat_id: stream, user_id: user ?? null, from_seq: from, before_seq: before, seq })
  }

  reacted({ stream, seq, body: { message, reaction, user_id: user, on, count } }: ReactionSet): void {
    const key = { chat_id: stream, id: message, reaction }
    this.reactions.set(`${textOf(key)} ${user} ${reaction}`, { ...key, user_id: user, seq: on ? seq : null })
    this.counts.set(`${textOf(key)} ${reaction}`, { ...key, users: count })
  }

  pinned({ stream, seq, body: { message, on } }: PinSet): void {
    const key = { chat_id: stream, id: message }
    this.pins.set(textOf(key), { ...key, seq: on ? seq : null })
  }

  /** The rows that `apply_message_changes` writes; undefined: the events change no messages. */
  rows(): ChangeRows | undefined {
    const reactions = [...this.reactions.values()]
    const counts = [...this.counts.values()]
    return filledGroups({
      edits: this.edits,
      versions: [...this.versions.values()],
      pins: [...this.pins.values()],
      replies: [...this.replies.values()],
      unmentioned: [...this.unmentioned.values()],
      mentions: [...this.mentions.values()].flat(),
      files: this.files,
      // Whether a deleted message has files is known only to the database.
      unfiled: this.deleted,
      reactions: reactions.filter(({ seq }) => seq !== null),
      unreacted: reactions.filter(({ seq }) => seq === null),
      counts: counts.filter(({ users }) => users > 0),
      uncounted: counts.filter(({ users }) => users === 0),
      erasures: this.erasures,
    })
  }

  private addReplies(root: MessageKey, added: number, seq: number | null): void {
    const before = this.replies.get(textOf(root))
    this.replies.set(textOf(root), { ...root, added: (before?.added ?? 0) + added, seq: seq ?? before?.seq ?? null })
  }

  private attach(key: MessageKey, attachments: readonly Attachment[]): void {
    this.files.push(...attachments.map(({ id }) => ({ ...key, file_id: id })))
  }

  private mention(key: MessageKey, mentions: Mentions): void {
    const users = mentions === 'all' ? [everyone] : [...new Set(mentions)]
    this.mentions.set(
      textOf(key),
      users.map((user) => ({ ...key, user_id: user })),
    )
  }
}

const textOf = ({ chat_id: chat, id }: MessageKey): string => `${chat} ${id}`
