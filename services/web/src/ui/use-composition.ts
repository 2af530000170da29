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
  const { model, room } = view
  const composing = view.composing.value
  const drafts = model.drafts.value
  const outgoing = model.outgoingMessages.value
  const cancel = (): void => {
    if (composing?.kind === 'edit') composing.saving?.abort()
    view.composing.value = undefined
  }
  if (composing?.kind === 'edit') {
    const { message, text, saving } = composing
    return {
      text,
      setText: (next) => {
        if (saving === undefined) view.composing.value = { ...composing, text: next }
      },
      submit: () => (text === message.msg ? cancel() : view.save({ msg: text })),
      cancel,
      isReady: saving === undefined,
    }
  }
  const text = drafts?.of(room.id) ?? ''
  return {
    text,
    setText: (next) => drafts?.set(room.id, next),
    submit: () => {
      outgoing?.send(room.id, { msg: text, ...(composing && { replyTo: composing.message.id }) })
      drafts?.set(room.id, '')
      view.composing.value = undefined
    },
    cancel,
    isReady: outgoing !== undefined,
  }
}
