import type { RefObject } from 'preact'
import { useLayoutEffect } from 'preact/hooks'
import type { MessageView } from '../model/message-view.ts'

const shownMs = 2_000

/** Scrolls to the row that the view names, once it is there, and marks it for a moment. */
export const useJump = (element: RefObject<HTMLElement | null>, { target, entries }: MessageView): void => {
  const seq = target.value
  useLayoutEffect(() => {
    if (seq === undefined) return
    const row = element.current?.querySelector<HTMLElement>(`[data-seq="${seq}"]`)
    if (row === null || row === undefined) return
    target.value = undefined
    row.scrollIntoView({ block: 'center' })
    row.focus({ preventScroll: true })
    row.dataset.target = 'true'
    setTimeout(() => delete row.dataset.target, shownMs)
  }, [seq, entries.value])
}
