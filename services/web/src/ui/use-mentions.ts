import type { RefObject } from 'preact'
import { useState } from 'preact/hooks'
import type { MentionTarget } from '../model/mentions.ts'
import { begunMention, suggestions } from '../model/mentions.ts'
import type { MessageView } from '../model/message-view.ts'

/** The completion of a mention in a composer. */
export interface MentionCompletion {
  readonly found: readonly MentionTarget[]
  /** The index of the marked suggestion. */
  readonly marked: number
  /** Looks for a begun mention before the cursor. */
  look(): void
  pick(target: MentionTarget): void
  close(): void
  /** Handles a key of the list. Returns false if the list is closed, or the key is none of it. */
  pressed(key: string): boolean
}

const none = { found: [], marked: 0, start: 0, end: 0 } as const

interface Begun {
  readonly found: readonly MentionTarget[]
  readonly marked: number
  readonly start: number
  /** The cursor at the last input: a pick replaces the text up to here. */
  readonly end: number
}

/** `setText` replaces the text of the composer. */
export const useMentions = (
  view: MessageView,
  input: RefObject<HTMLTextAreaElement | null>,
  setText: (text: string) => void,
): MentionCompletion => {
  const [begun, setBegun] = useState<Begun>(none)
  const { found, marked, start, end } = begun
  const close = (): void => setBegun(none)

  const look = (): void => {
    const element = input.current
    const mention = element === null ? undefined : begunMention(element.value, element.selectionStart)
    if (mention === undefined || !view.acceptsReplies()) return close()
    const targets = suggestions(view.mentionTargets(), mention.query)
    setBegun({ found: targets, marked: 0, start: mention.start, end: element?.selectionStart ?? 0 })
  }
  const pick = ({ name }: MentionTarget): void => {
    const element = input.current
    if (element === null) return
    // At once, not after a render: the next key may come before it.
    element.setRangeText(`@${name} `, start, end, 'end')
    setText(element.value)
    close()
    element.focus()
  }
  const step = (by: number): void => setBegun({ ...begun, marked: (marked + by + found.length) % found.length })

  const keys: Readonly<Record<string, () => void>> = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    Enter: () => {
      const target = found[marked]
      if (target !== undefined) pick(target)
    },
    Tab: () => keys.Enter?.(),
    Escape: close,
  }
  return {
    found,
    marked,
    look,
    pick,
    close,
    pressed: (key) => {
      const hasMoved = input.current?.selectionEnd !== end
      if (hasMoved) close()
      const act = found.length === 0 || hasMoved ? undefined : keys[key]
      act?.()
      return act !== undefined
    },
  }
}
