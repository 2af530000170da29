import type { Attachment } from '../../../../shared/domain/events.ts'

const unit = 1_024

/** A number of bytes for people, such as `1.4 MB`. */
export const bytesText = (bytes: number): string => {
  if (bytes < unit) return `${bytes} B`
  const power = Math.min(3, Math.floor(Math.log(bytes) / Math.log(unit)))
  const value = bytes / unit ** power
  return `${value.toFixed(value < 10 ? 1 : 0)} ${['B', 'KB', 'MB', 'GB'][power]}`
}

/** The text of a message that has files and no words: clients that show no files show it. */
export const namesText = (files: readonly Pick<Attachment, 'name'>[]): string => files.map(({ name }) => name).join(', ')

/** Whether a message has no words besides the names of its files. */
export const isNamesOnly = (msg: string, files: readonly Attachment[] | undefined): boolean =>
  files !== undefined && msg === namesText(files)

const pictureTypes: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'])

/** Whether the service permits to show the file: it gives all others as downloads. */
export const isPicture = ({ mime }: Pick<Attachment, 'mime'>): boolean => pictureTypes.has(mime)

const most = 320
const unknownSize = { width: 320, height: 240 }

/** The size at which a picture is shown, known before it is loaded. */
export const shownSize = ({
  width = unknownSize.width,
  height = unknownSize.height,
}: Pick<Attachment, 'width' | 'height'>): { readonly width: number; readonly height: number } => {
  const scale = Math.min(1, most / width, most / height)
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}
