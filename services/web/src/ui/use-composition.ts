import type { Mentions } from '../../../../shared/domain/events.ts'
import { mentionsIn } from '../model/mentions.ts'
import type { MessageView } from '../model/message-view.ts'

/** The text of a composer, and what becomes of it. */
export interface Composition {
  readonly text: string
  setText(text: string): void
  /** Sends the text, or saves the edit. */
  submit(): void
  /** Ends the edit or the reply. The draft stays. */
  cancel(): void
  /** False before the first connection, and while an edit is being saved. */
  readonly isReady: boolean
}

/** An edit has a text of its own; a reply and a plain message share the draft of the view. */
export const useComposition = (view: MessageView): Composition => {
  const { model, room, root } = view
  const composing = view.composing.value
  const drafts = model.drafts.value
  const outgoing = model.outgoingMessages.value
  const key = root === undefined ? room.id : `${room.id}.${root}`
  const cancel = (): void => {
    if (composing?.kind === 'edit') composing.saving?.abort()
    view.composing.value = undefined
  }
  const withMentions = (msg: string): { readonly msg: string; readonly mentions?: Mentions } => {
    const mentions = view.acceptsReplies() ? mentionsIn(msg, view.mentionTargets()) : undefined
    return mentions === undefined ? { msg } : { msg, mentions }
  }
  if (composing?.kind === 'edit') {
    const { message, text, saving } = composing
    return {
      text,
      setText: (next) => {
        if (saving === undefined) view.composing.value = { ...composing, text: next }
      },
      submit: () => (text === message.msg ? cancel() : view.save(withMentions(text))),
      cancel,
      isReady: saving === undefined,
    }
  }
  const text = drafts?.of(key) ?? ''
  return {
    text,
    setText: (next) => drafts?.set(key, next),
    submit: () => {
      outgoing?.send(room.id, { ...withMentions(text), thread: root, ...(composing && { replyTo: composing.message.id }) })
      drafts?.set(key, '')
      view.composing.value = undefined
    },
    cancel,
    isReady: outgoing !== undefined,
  }
}
