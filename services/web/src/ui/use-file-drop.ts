import { useState } from 'preact/hooks'
import type { Uploads } from '../model/uploads.ts'

/** The handlers of an element onto which files can be dropped. */
export interface FileDrop {
  /** Whether files are above the element now. */
  readonly isOver: boolean
  readonly onDragOver: (event: DragEvent) => void
  readonly onDragLeave: (event: DragEvent) => void
  readonly onDrop: (event: DragEvent) => void
}

const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') === true

/** `uploads`: undefined if no files can be sent; a dropped file must not replace the page all the same. */
export const useFileDrop = (uploads: Uploads | undefined): FileDrop => {
  const [isOver, setOver] = useState(false)
  return {
    isOver: isOver && uploads !== undefined,
    onDragOver: (event) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      setOver(true)
    },
    onDragLeave: ({ currentTarget, relatedTarget }) => {
      if (!(currentTarget as Node).contains(relatedTarget as Node | null)) setOver(false)
    },
    onDrop: (event) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      setOver(false)
      uploads?.add(event.dataTransfer?.files ?? [])
    },
  }
}
