import type { JSX } from 'preact'
import { useRef } from 'preact/hooks'
import type { Uploads } from '../model/uploads.ts'
import { Icon } from './icons.tsx'

/** Opens the dialog of the browser for files. */
export const AttachButton = ({ uploads }: { readonly uploads: Uploads }): JSX.Element => {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <button
        type="button"
        class="icon-button attach"
        aria-label="Attach files"
        title="Attach files"
        onClick={() => input.current?.click()}
      >
        <Icon name="clip" />
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={({ currentTarget }) => {
          uploads.add(currentTarget.files ?? [])
          // The same file can be chosen again after it was removed.
          currentTarget.value = ''
        }}
      />
    </>
  )
}
