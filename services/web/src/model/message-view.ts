import type { ReadonlySignal, Signal } from '@preact/signals'
import { signal } from '@preact/signals'
import type { RoomMessage } from '../../../../shared/client/chat-events.ts'
import type { ChatModel } from './chat-model.ts'
import { explain } from './explain.ts'
import type { OutgoingMessage } from './outgoing-messages.ts'
import type { ViewedRoom } from './room.ts'
import type { TimelineEntry } from './timeline.ts'

/** The use of the composer, unless it writes a plain message. */
export type Composing =
  | { readonly kind: 'reply'; readonly message: RoomMessage }
  | {
      readonly kind: 'edit'
      readonly message: RoomMessage
      readonly text: string
      /** Aborts the running request. */
      readonly saving?: AbortController
      /** The reason why the edit was refused, as a sentence for the user. */
      readonly problem?: string
    }

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
  /** Messages of this view that are not stored yet. */
  isOutgoing(message: OutgoingMessage): boolean
  /** Whether the service offers this event, and the user is still a member. */
  can(event: string): boolean
  isOwn(message: RoomMessage): boolean
  /** Starts to edit the last own message of the view. Returns false if there is none. */
  editLast(): boolean
  edit(message: RoomMessage): void
  /** Saves the edited text. A failure is shown in the composer, which keeps the text. */
  save(content: { readonly msg: string }): void
  react(message: RoomMessage, reaction: string): void
  delete(message: RoomMessage): void
  /** Scrolls to a message; loads older messages until it is found. */
  jumpTo(message: string): void
}

const jumpPageSize = 200
/** A message further up than this many pages is not searched. */
const mostJumpPages = 50

export const createMessageView = (model: ChatModel, room: ViewedRoom): MessageView => {
  const { client } = model
  const composing = signal<Composing | undefined>(undefined)
  const problem = signal<string | undefined>(undefined)
  const target = signal<number | undefined>(undefined)
  const { entries } = room

  const can: MessageView['can'] = (event) => model.features.value.has(event) && !room.hasLeft.value
  const isOwn: MessageView['isOwn'] = ({ user_id }) => user_id === model.me.value?.id

  const attempt = (call: Promise<unknown>): void => {
    problem.value = undefined
    call.catch((error: unknown) => {
      problem.value = explain(error)
    })
  }

  const edit: MessageView['edit'] = (message) => {
    composing.value = { kind: 'edit', message, text: message.msg }
  }

  const jumpTo = async (message: string): Promise<void> => {
    const seq = await room.quoted.seqOf(message)
    if (seq === undefined) throw new Error('This message cannot be shown.')
    for (let page = 0; page < mostJumpPages; page += 1) {
      const oldest = entries.value[0]?.seq ?? Number.POSITIVE_INFINITY
      if (oldest <= seq || room.isComplete.value) break
      await room.loadOlder(jumpPageSize)
    }
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
    isOutgoing: (message) => message.room === room.id && !room.isRecent(message.id),
    can,
    isOwn,
    edit,
    editLast: () => {
      const last = entries.value.findLast(
        (entry) => entry.kind === 'message' && isOwn(entry.message) && entry.message.deleted !== true,
      )
      if (last?.kind !== 'message' || !can('edit-message')) return false
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
      client
        .edit(room.id, message.id, { ...(message.data && { data: message.data }), ...content }, { signal: saving.signal })
        .then(
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
    jumpTo: (message) => attempt(jumpTo(message)),
  }
}
