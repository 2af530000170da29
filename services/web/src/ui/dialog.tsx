import type { ComponentChildren, JSX } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { Icon } from './icons.tsx'

interface DialogProps {
  readonly title: string
  readonly close: () => void
  readonly children: ComponentChildren
}

/** The control with the first focus: not the button that closes the dialog. */
const firstControl = '.dialog-body :is(input, textarea, select, button):not(:disabled)'

/** A modal dialog: the focus stays inside, and Escape closes it. */
export const Dialog = ({ title, close, children }: DialogProps): JSX.Element => {
  const element = useRef<HTMLDialogElement>(null)
  const heading = useId()
  const isOver = useRef(false)
  // A layout effect runs before the first paint, so that Escape works from the beginning.
  useLayoutEffect(() => {
    const dialog = element.current
    dialog?.showModal()
    dialog?.querySelector<HTMLElement>(firstControl)?.focus()
    return () => {
      isOver.current = true
      // Returns the focus to where it was before.
      dialog?.close()
    }
  }, [])
  const closed = (): void => {
    if (!isOver.current) close()
  }
  return (
    <dialog ref={element} class="dialog" aria-labelledby={heading} onClose={closed}>
      <header class="dialog-head">
        <h2 id={heading}>{title}</h2>
        <button type="button" class="icon-button" aria-label="Close" onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      {children}
    </dialog>
  )
}
