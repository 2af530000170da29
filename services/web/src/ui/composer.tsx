import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { defaultLimits } from '../../../../shared/protocol/limits.ts'
import type { ChatModel } from '../model/chat-model.ts'
import { isolate } from '../model/isolate.ts'
import type { ViewedRoom } from '../model/room.ts'
import { Icon } from './icons.tsx'

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
  readonly model: ChatModel
  readonly room: ViewedRoom
  readonly title: string
}

/** Sends text as it was typed: nothing is cut, and a text that is too long cannot be sent. */
export const Composer = ({ model, room, title }: ComposerProps): JSX.Element => {
  const input = useRef<HTMLTextAreaElement>(null)
  useEffect(() => {
    if (hasKeyboard()) input.current?.focus()
  }, [])
  const drafts = model.drafts.value
  const outgoingMessages = model.outgoingMessages.value
  const text = drafts?.of(room.id) ?? ''
  const left = defaultLimits.msgChars - text.length
  const canSend = text.trim() !== '' && left >= 0 && outgoingMessages !== undefined
  const send = (): void => {
    if (!canSend) return
    outgoingMessages.send(room.id, text)
    drafts?.set(room.id, '')
    input.current?.focus()
  }
  const pressed = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || isOfInputMethod(event) || !hasKeyboard()) return
    event.preventDefault()
    send()
  }
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <Counter left={left} />
      <textarea
        ref={input}
        rows={1}
        dir="auto"
        value={text}
        aria-label={`Message to ${isolate(title)}`}
        placeholder="Write a message"
        onInput={({ currentTarget }) => drafts?.set(room.id, currentTarget.value)}
        onKeyDown={pressed}
      />
      <button type="submit" class="icon-button send" aria-label="Send" title="Send" disabled={!canSend}>
        <Icon name="send" />
      </button>
    </form>
  )
}
