import type { BlobPresentation } from '../../shared/ports/blob-store.ts'

/** The types of pictures that a browser shows without running anything; not SVG, which can hold scripts. */
const shownTypes: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'])

/** The type under which all content is uploaded, and under which all but pictures is downloaded. */
export const opaqueType = 'application/octet-stream'

/** Percent-encoded, because a name can have any characters. */
const encodedName = (name: string): string =>
  encodeURIComponent(name).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)

/** The headers `content-type` and `content-disposition` of a download. A declared type is trusted only if it does no harm when it is false. */
export const presentationHeaders = ({
  name,
  mime,
}: BlobPresentation): { readonly type: string; readonly disposition: string } => {
  const isShown = shownTypes.has(mime)
  return {
    type: isShown ? mime : opaqueType,
    disposition: `${isShown ? 'inline' : 'attachment'}; filename*=UTF-8''${encodedName(name)}`,
  }
}
