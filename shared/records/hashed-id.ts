import { createHash } from 'node:crypto'

/**
 * A UUID of version 8 from the SHA-256 of a text; it never changes. Clients choose no ids of this version for chats.
 * `variant`: the digit of the variant, which differs by purpose: `8` for rooms of `admin audit`, `a` for direct chats.
 */
export const hashedId = (text: string, variant: '8' | 'a'): string => {
  const hash = createHash('sha256').update(text).digest('hex')
  return [hash.slice(0, 8), hash.slice(8, 12), `8${hash.slice(13, 16)}`, variant + hash.slice(17, 20), hash.slice(20, 32)].join(
    '-',
  )
}
