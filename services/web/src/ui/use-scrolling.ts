import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'

/** The scroll position of a view. Call `scrolled` on each scroll event; `toEnd` scrolls to the newest message. */
export interface Scrolling {
  /** The newest message is in view. */
  readonly isAtEnd: boolean
  /** The current value; `isAtEnd` changes with the next rendering only. */
  isAtEndNow(): boolean
  scrolled(): void
  toEnd(): void
}

const slackPx = 48

/**
 * Keeps the reading position: at the end the view follows new messages;
 * elsewhere it does not move when messages are added above or below.
 */
export const useScrolling = (view: RefObject<HTMLDivElement | null>, oldest: number | undefined, newest: unknown): Scrolling => {
  const [isAtEnd, setAtEnd] = useState(true)
  const last = useRef({ height: 0, oldest, isAtEnd: true })

  const toEnd = (): void => {
    const element = view.current
    if (element === null) return
    element.scrollTop = element.scrollHeight
  }

  const scrolled = (): void => {
    const element = view.current
    if (element === null) return
    last.current.isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < slackPx
    setAtEnd(last.current.isAtEnd)
  }

  /** A room with new messages opens at the line above them. */
  useLayoutEffect(() => {
    const line = view.current?.querySelector('.new-line')
    if (line === null || line === undefined) return
    last.current.isAtEnd = false
    line.scrollIntoView({ block: 'start' })
    scrolled()
  }, [])

  useLayoutEffect(() => {
    const element = view.current
    if (element === null) return
    const grewBy = element.scrollHeight - last.current.height
    if (last.current.isAtEnd) toEnd()
    else if (last.current.oldest !== oldest) element.scrollTop += grewBy
    Object.assign(last.current, { height: element.scrollHeight, oldest })
  }, [oldest, newest])

  useEffect(() => {
    const element = view.current
    if (element === null) return
    // An on-screen keyboard shrinks the view; the reason of a failure enlarges a row.
    const observer = new ResizeObserver(() => {
      if (last.current.isAtEnd) toEnd()
    })
    for (const watched of [element, element.querySelector('.all-rows')]) if (watched !== null) observer.observe(watched)
    return () => observer.disconnect()
  }, [])

  return { isAtEnd, isAtEndNow: () => last.current.isAtEnd, scrolled, toEnd }
}
