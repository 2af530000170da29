import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { defaultLimits } from '../../../../shared/protocol/limits.ts'
import type { ChatModel } from '../model/chat-model.ts'
import type { Room } from '../model/room.ts'
import { Icon } from './icons.tsx'

/** What was begun in each room, while the window is open. */
const drafts = new Map<string, string>()

/** With a real keyboard Enter sends; on a phone it makes a new line. */
const hasKeyboard = (): boolean => matchMedia('(pointer: fine)').matches

interface ComposerProps {
  readonly model: ChatModel
  readonly room: Room
  readonly title: string
}

export const Composer = ({ model, room, title }: ComposerProps): JSX.Element => {
  const input = useRef<HTMLTextAreaElement>(null)
  const [text, setText] = useState(drafts.get(room.id) ?? '')
  useEffect(() => {
    if (hasKeyboard()) input.current?.focus()
  }, [])
  const write = (value: string): void => {
    drafts.set(room.id, value)
    setText(value)
  }
  const outbox = model.outbox.value
  const canSend = text.trim() !== '' && outbox !== undefined
  const send = (): void => {
    if (!canSend) return
    outbox.send(room.id, text.trim())
    write('')
    input.current?.focus()
  }
  const pressed = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || !hasKeyboard()) return
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
      <textarea
        ref={input}
        rows={1}
        value={text}
        maxLength={defaultLimits.msgChars}
        aria-label={`Message to ${title}`}
        placeholder="Write a message"
        onInput={({ currentTarget }) => write(currentTarget.value)}
        onKeyDown={pressed}
      />
      <button type="submit" class="icon-button send" aria-label="Send" title="Send" disabled={!canSend}>
        <Icon name="send" />
      </button>
    </form>
  )
}
