import type { Mentions } from '../../../../shared/domain/events.ts'
import { namesText } from '../model/file-text.ts'
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
  /** False before the first connection, while an edit is being saved or a file uploaded, and without a text and files. */
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
      isReady: saving === undefined && text.trim() !== '',
    }
  }
  const text = drafts?.of(key) ?? ''
  const uploads = view.uploads()
  const isUploading = uploads?.all.value.some(({ file, why }) => file === undefined && why === undefined) === true
  const hasFiles = uploads?.all.value.some(({ file }) => file !== undefined) === true
  return {
    text,
    setText: (next) => drafts?.set(key, next),
    submit: () => {
      const files = uploads?.take() ?? []
      const written = text.trim() === '' ? { msg: namesText(files) } : withMentions(text)
      const attachments = files.length === 0 ? undefined : files
      outgoing?.send(room.id, { ...written, attachments, thread: root, ...(composing && { replyTo: composing.message.id }) })
      drafts?.set(key, '')
      view.composing.value = undefined
    },
    cancel,
    isReady: outgoing !== undefined && !isUploading && (text.trim() !== '' || hasFiles),
  }
}
