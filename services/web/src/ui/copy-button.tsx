import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { Icon } from './icons.tsx'

const shownMs = 1_500

/** Copies the text of a message. Shown while the pointer or the focus is on the message. */
export const CopyButton = ({ text }: { readonly text: string }): JSX.Element => {
  const [isCopied, setCopied] = useState(false)
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), shownMs)
  }
  const label = isCopied ? 'Copied' : 'Copy the message'
  return (
    <button type="button" class="copy" aria-label={label} title={label} onClick={() => void copy().catch(() => undefined)}>
      <Icon name={isCopied ? 'check' : 'copy'} />
    </button>
  )
}
