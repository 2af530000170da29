import type { BlobKey } from '../../shared/ports/blob-store.ts'

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const path = new RegExp(`^(${uuid})/(${uuid})$`)

/** The name of content in a store. */
export const blobPath = ({ room, file }: BlobKey): string => `${room}/${file}`

/** The key of a name; undefined: the name is not one of `blobPath`. */
export const blobKey = (text: string): BlobKey | undefined => {
  const [, room, file] = path.exec(text) ?? []
  return room === undefined || file === undefined ? undefined : { room, file }
}
