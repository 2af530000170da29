import type { ComponentChildren, JSX } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { Icon } from './icons.tsx'

interface DialogProps {
  readonly title: string
  readonly close: () => void
  readonly children: ComponentChildren
}

/** Over everything else, with the focus kept inside; Escape closes it. */
export const Dialog = ({ title, close, children }: DialogProps): JSX.Element => {
  const element = useRef<HTMLDialogElement>(null)
  const heading = useId()
  // Before anything is painted: from then on Escape is for it.
  useLayoutEffect(() => {
    element.current?.showModal()
  }, [])
  return (
    <dialog ref={element} class="dialog" aria-labelledby={heading} onClose={close}>
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
