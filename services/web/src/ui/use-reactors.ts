import { useEffect, useRef, useState } from 'preact/hooks'
import type { RoomMessage } from '../../../../shared/client/chat-events.ts'
import { isolate } from '../model/isolate.ts'
import type { MessageView } from '../model/message-view.ts'

/** Shown names; the other users are counted. */
const mostNames = 12
/** A pointer that passes over a reaction asks nothing. */
const hoverMs = 350
const longPressMs = 500

const readNames = async (view: MessageView, { id }: RoomMessage, reaction: string, count: number): Promise<string> => {
  const { model, room } = view
  const users: string[] = []
  for await (const { user_id } of model.client.reactions(room.id, id, { reaction, pageSize: mostNames })) {
    if (users.push(user_id) === mostNames) break
  }
  await model.people.load(users, AbortSignal.timeout(10_000))
  const names = users.map((user) => (user === model.me.value?.id ? 'You' : isolate(model.people.nameOf(user))))
  const others = count - names.length
  return others > 0 ? `${names.join(', ')} and ${others} more` : names.join(', ')
}

interface Reactors {
  /** Undefined while they are not shown. */
  readonly names: string | undefined
  readonly handlers: Readonly<
    Record<'onPointerEnter' | 'onPointerLeave' | 'onPointerDown' | 'onFocus' | 'onBlur', (event: never) => void>
  >
  /** Whether the press that ends now has shown the names, and so does nothing else. */
  isLongPress(): boolean
}

/** Shows the users of a reaction while the pointer or the focus is on it, and after a long press. */
export const useReactors = (view: MessageView, message: RoomMessage, reaction: string, count: number): Reactors => {
  const [names, setNames] = useState<string>()
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const isShown = useRef(false)
  const wasLong = useRef(false)

  const read = (): void => {
    readNames(view, message, reaction, count).then(
      (found) => isShown.current && setNames(found),
      () => undefined,
    )
  }
  const show = (): void => {
    isShown.current = true
    read()
  }
  const hide = (): void => {
    clearTimeout(timer.current)
    isShown.current = false
    setNames(undefined)
  }
  const after = (ms: number, work: () => void): void => {
    clearTimeout(timer.current)
    timer.current = setTimeout(work, ms)
  }
  useEffect(() => {
    if (isShown.current) read()
  }, [count])
  useEffect(() => hide, [])

  return {
    names,
    handlers: {
      onPointerEnter: ({ pointerType }: PointerEvent) => {
        if (pointerType === 'mouse') after(hoverMs, show)
      },
      onPointerLeave: hide,
      onPointerDown: ({ pointerType }: PointerEvent) => {
        wasLong.current = false
        if (pointerType === 'mouse') return
        after(longPressMs, () => {
          wasLong.current = true
          show()
        })
      },
      onFocus: ({ currentTarget }: FocusEvent) => {
        if ((currentTarget as HTMLElement).matches(':focus-visible')) show()
      },
      onBlur: hide,
    },
    isLongPress: () => {
      clearTimeout(timer.current)
      return wasLong.current
    },
  }
}
