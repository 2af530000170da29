import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { defaultLimits } from '../../../../shared/protocol/limits.ts'
import type { MessageView } from '../model/message-view.ts'
import { AttachButton } from './attach-button.tsx'
import { ComposingBar } from './composing-bar.tsx'
import { Icon } from './icons.tsx'
import { MentionList, mentionListId, optionId } from './mention-list.tsx'
import { UploadList } from './upload-list.tsx'
import { useComposition } from './use-composition.ts'
import { useMentions } from './use-mentions.ts'
import { WritingNote } from './writing-note.tsx'

/** With a hardware keyboard Enter sends; on a phone it inserts a new line. */
const hasKeyboard = (): boolean => matchMedia('(pointer: fine)').matches

/** Safari reports the Enter that confirms an input method's text after the composition has ended, with this key code. */
const inputMethodKey = 229

const isOfInputMethod = (event: KeyboardEvent): boolean => event.isComposing || event.keyCode === inputMethodKey

/** The counter is shown when fewer characters than this are left. */
const warnAtLeft = 500

const Counter = ({ left }: { readonly left: number }): JSX.Element | null =>
  left > warnAtLeft ? null : (
    <p class="counter" role="status" data-over={left < 0}>
      {left < 0 ? `${-left} characters too many` : `${left} characters left`}
    </p>
  )

interface ComposerProps {
  readonly view: MessageView
  readonly label: string
  readonly placeholder: string
}

/** Sends text as it was typed: nothing is cut, and a text that is too long cannot be sent. */
const ComposerForm = ({ view, label, placeholder }: ComposerProps): JSX.Element => {
  const input = useRef<HTMLTextAreaElement>(null)
  const { text, setText, submit, cancel, isReady } = useComposition(view)
  const mentions = useMentions(view, input, setText)
  const isChoosing = mentions.found.length > 0
  const composing = view.composing.value
  const edited = composing?.kind === 'edit' ? composing.message.id : undefined
  useEffect(() => {
    if (hasKeyboard()) input.current?.focus()
  }, [])
  useEffect(() => {
    if (composing !== undefined) input.current?.focus()
    if (edited !== undefined) input.current?.setSelectionRange(text.length, text.length)
  }, [composing?.kind, composing?.message.id])
  const left = defaultLimits.msgChars - text.length
  const canSend = left >= 0 && isReady
  const uploads = edited === undefined ? view.uploads() : undefined
  const send = (): void => {
    if (!canSend) return
    submit()
    input.current?.focus()
  }
  const pressed = (event: KeyboardEvent): void => {
    if (isOfInputMethod(event)) return
    if (!event.altKey && !event.shiftKey && mentions.pressed(event.key)) return event.preventDefault()
    if (event.key === 'Escape' && composing !== undefined) {
      event.preventDefault()
      cancel()
    } else if (event.key === 'ArrowUp' && !event.altKey && text === '' && composing === undefined && view.editLast())
      event.preventDefault()
    else if (event.key === 'Enter' && !event.shiftKey && hasKeyboard()) {
      event.preventDefault()
      send()
    }
  }
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <ComposingBar view={view} cancel={cancel} />
      <Counter left={left} />
      <MentionList completion={mentions} />
      {uploads === undefined ? null : <UploadList uploads={uploads} />}
      {uploads === undefined ? null : <AttachButton uploads={uploads} />}
      <textarea
        ref={input}
        rows={1}
        dir="auto"
        value={text}
        aria-label={label}
        placeholder={placeholder}
        aria-autocomplete="list"
        aria-controls={isChoosing ? mentionListId : undefined}
        aria-activedescendant={isChoosing ? optionId(mentions.marked) : undefined}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value)
          if (edited === undefined && currentTarget.value !== '') view.model.watching.typing(view.room.id)
          mentions.look()
        }}
        onPaste={(event) => {
          const files = event.clipboardData?.files ?? []
          if (uploads === undefined || files.length === 0) return
          event.preventDefault()
          uploads.add(files)
        }}
        onBlur={mentions.close}
        onKeyDown={pressed}
      />
      <button
        type="submit"
        class="icon-button send"
        aria-label={edited === undefined ? 'Send' : 'Save'}
        title={edited === undefined ? 'Send' : 'Save'}
        disabled={!canSend}
      >
        <Icon name={edited === undefined ? 'send' : 'check'} />
      </button>
    </form>
  )
}

/** The composer; for a user who may not post, a note in its place. An edit that was begun can be finished. */
export const Composer = (props: ComposerProps): JSX.Element =>
  props.view.mayWrite() || props.view.composing.value?.kind === 'edit' ? (
    <ComposerForm {...props} />
  ) : (
    <WritingNote view={props.view} />
  )
