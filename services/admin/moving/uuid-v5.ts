import { hash } from 'node:crypto'

/** The namespace of the ids that imports derive. */
const namespace = Buffer.from('6b2f0c1e9a7d4e58b3c4d1f0a2968e75', 'hex')

/** A UUID of version 5: the same name always has the same UUID. */
export const uuidV5 = (name: string): string => {
  const digest = hash('sha1', Buffer.concat([namespace, Buffer.from(name)]), 'hex')
  const variant = ((Number.parseInt(digest.slice(16, 17), 16) & 0x3) | 0x8).toString(16)
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `5${digest.slice(13, 16)}`,
    variant + digest.slice(17, 20),
    digest.slice(20, 32),
  ].join('-')
}
