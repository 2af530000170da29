import type { ReadonlySignal, Signal } from '@preact/signals'
import { signal } from '@preact/signals'
import { ChatError } from '../../../../shared/client/chat-error.ts'
import type { RoomMessage } from '../../../../shared/client/chat-events.ts'
import type { Mentions } from '../../../../shared/domain/events.ts'
import type { ChatModel } from './chat-model.ts'
import type { Composing } from './composing.ts'
import { explain } from './explain.ts'
import type { MentionTarget } from './mentions.ts'
import { everyone } from './mentions.ts'
import type { OutgoingMessage } from './outgoing-messages.ts'
import type { ViewedRoom } from './room.ts'
import { serviceClock } from './service-clock.ts'
import type { Thread } from './thread.ts'
import type { TimelineEntry } from './timeline.ts'
import type { Uploads } from './uploads.ts'

/** A message whose menu is open. */
export interface OpenMenu {
  readonly message: RoomMessage
  /** The button that opened it. */
  readonly anchor: HTMLElement
}

/** A list of messages on the page, with the state of its composer and menu. */
export interface MessageView {
  readonly model: ChatModel
  readonly room: ViewedRoom
  readonly entries: ReadonlySignal<readonly TimelineEntry[]>
  readonly composing: Signal<Composing | undefined>
  readonly menu: Signal<OpenMenu | undefined>
  /** The message whose deletion is to be confirmed. */
  readonly deleting: Signal<RoomMessage | undefined>
  /** The reason why the last action failed, as a sentence for the user. */
  readonly problem: Signal<string | undefined>
  /** The seq of a row to scroll to. */
  readonly target: Signal<number | undefined>
  /** The id of the root message of the thread that is open beside the chat. */
  readonly thread: Signal<string | undefined>
  /** The id of the root message, if this view is of one thread. */
  readonly root: string | undefined
  /** The messages of this view that are not among its entries yet, so that no message is shown twice. */
  outgoing(): readonly OutgoingMessage[]
  /** Whether the service offers this event, and the user may send it here. */
  can(event: 'set-reaction' | 'set-pin'): boolean
  mayEdit(message: RoomMessage): boolean
  mayDelete(message: RoomMessage): boolean
  /** Whether the user may post messages in this view. */
  mayWrite(): boolean
  /** The files of the next message; undefined: the user may send none in this view. */
  uploads(): Uploads | undefined
  /** Whether the service accepts replies, threads and mentions: fields of a message, of the same level as edits. */
  acceptsReplies(): boolean
  isOwn(message: RoomMessage): boolean
  /** Starts to edit the last own message of the view. Returns false if there is none. */
  editLast(): boolean
  edit(message: RoomMessage): void
  /** Saves the edited text. A failure is shown in the composer, which keeps the text. */
  save(content: { readonly msg: string; readonly mentions?: Mentions }): void
  react(message: RoomMessage, reaction: string): void
  delete(message: RoomMessage): void
  pin(message: RoomMessage, on: boolean): void
  /** False once the service has refused a pin of this user: without roles, the page does not know it before. */
  readonly mayPin: Signal<boolean>
  /** The names that a text of this view can mention: the other members, and all. */
  mentionTargets(): readonly MentionTarget[]
  /** Scrolls to a message; loads older messages until it is found. */
  jumpTo(message: string): void
}

const jumpPageSize = 200
/** A message further up than this many pages is not searched. */
const mostJumpPages = 50

/** A view of one thread. */
interface ThreadOfView {
  readonly thread: Thread
  /** The view of the whole chat. */
  readonly outer: MessageView
}

/** The content that an edit of the text keeps. */
const keptContent = ({ data, attachments }: RoomMessage): Pick<RoomMessage, 'data' | 'attachments'> => ({
  ...(data && { data }),
  ...(attachments && { attachments }),
})

/** Without `inner`, the view is of the whole chat. */
export const createMessageView = (model: ChatModel, room: ViewedRoom, inner?: ThreadOfView): MessageView => {
  const { client } = model
  const problem = signal<string | undefined>(undefined)
  const target = signal<number | undefined>(undefined)
  const mayPin = inner?.outer.mayPin ?? signal(true)
  const root = inner?.thread.root
  const composing = room.composing(root)
  const { entries } = inner?.thread ?? room

  const offers = (event: string): boolean => model.features.value.has(event) && !room.hasLeft.value
  const { may } = room.rights
  const isOwn: MessageView['isOwn'] = ({ user_id }) => user_id === model.me.value?.id

  const isTooOldToEdit = ({ created_at }: RoomMessage): boolean => {
    const { edit_s: seconds } = room.rights.rules.value
    return seconds !== undefined && serviceClock.now() - Date.parse(created_at) > seconds * 1_000
  }
  const mayEdit: MessageView['mayEdit'] = (message) =>
    offers('edit-message') && isOwn(message) && may('edit_own') && !isTooOldToEdit(message)

  const mayWrite: MessageView['mayWrite'] = () => !room.hasLeft.value && may('post') && (root === undefined || may('thread'))

  const isOutgoing = (message: OutgoingMessage): boolean =>
    message.room === room.id && (root === undefined || message.thread === root) && !room.isRecent(message.id)

  const attempt = (call: Promise<unknown>): void => {
    problem.value = undefined
    call.catch((error: unknown) => {
      problem.value = explain(error)
    })
  }

  const edit: MessageView['edit'] = (message) => {
    composing.value = { kind: 'edit', message, text: message.msg }
  }

  const pin = async (message: string, on: boolean): Promise<void> => {
    try {
      await client.pin(room.id, message, { on })
    } catch (error) {
      if (error instanceof ChatError && error.code === 'forbidden') mayPin.value = false
      throw error
    }
  }

  const jumpTo = async (message: string): Promise<void> => {
    const seq = await room.quoted.seqOf(message)
    if (seq === undefined) throw new Error('This message cannot be shown.')
    for (let page = 0; page < mostJumpPages; page += 1) {
      const oldest = entries.value[0]?.seq ?? Number.POSITIVE_INFINITY
      if (oldest <= seq || room.isComplete.value) break
      await room.loadOlder(jumpPageSize)
    }
    if ((entries.value[0]?.seq ?? Number.POSITIVE_INFINITY) > seq) throw new Error('This message is too far back to be shown.')
    target.value = seq
  }

  return {
    model,
    room,
    entries,
    composing,
    menu: signal<OpenMenu | undefined>(undefined),
    deleting: signal<RoomMessage | undefined>(undefined),
    problem,
    target,
    thread: inner?.outer.thread ?? signal<string | undefined>(undefined),
    root,
    outgoing: () => (model.outgoingMessages.value?.all.value ?? []).filter(isOutgoing),
    can: (event) => offers(event) && may(event === 'set-pin' ? 'pin' : 'react'),
    mayEdit,
    mayDelete: (message) => offers('delete-message') && (may('delete_any') || (isOwn(message) && may('delete_own'))),
    mayWrite,
    uploads: () => (offers('create-upload') && may('upload') && mayWrite() ? room.uploads(root) : undefined),
    acceptsReplies: () => offers('edit-message'),
    isOwn,
    edit,
    editLast: () => {
      const last = entries.value.findLast(
        (entry) => entry.kind === 'message' && isOwn(entry.message) && entry.message.deleted !== true,
      )
      if (last?.kind !== 'message' || !mayEdit(last.message)) return false
      edit(last.message)
      return true
    },
    save: (content) => {
      const open = composing.value
      if (open?.kind !== 'edit' || open.saving !== undefined) return
      const { message } = open
      const saving = new AbortController()
      const isOpen = (): boolean => composing.value?.kind === 'edit' && composing.value.saving === saving
      composing.value = { kind: 'edit', message, text: open.text, saving }
      client.edit(room.id, message.id, { ...keptContent(message), ...content }, { signal: saving.signal }).then(
        () => {
          if (isOpen()) composing.value = undefined
        },
        (error: unknown) => {
          if (isOpen()) composing.value = { kind: 'edit', message, text: open.text, problem: explain(error) }
        },
      )
    },
    react: (message, reaction) => {
      const on = message.my_reactions?.includes(reaction) !== true
      attempt(client.react(room.id, message.id, reaction, { on }))
    },
    delete: (message) => attempt(client.delete(room.id, message.id)),
    pin: (message, on) => attempt(pin(message.id, on)),
    mayPin,
    mentionTargets: () => {
      const others = room.members.value.filter((id) => id !== model.me.value?.id)
      const known = others.filter((id) => model.people.person(id) !== undefined)
      return [...known.map((id) => ({ id, name: model.people.nameOf(id) })), ...(may('mention_all') ? [everyone] : [])]
    },
    jumpTo: (message) => {
      const held = entries.value.find((entry) => entry.kind === 'message' && entry.message.id === message)
      if (held !== undefined) target.value = held.seq
      else if (inner === undefined) attempt(jumpTo(message))
      else inner.outer.jumpTo(message)
    },
  }
}
