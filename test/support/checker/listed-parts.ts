import { crc32 } from 'node:zlib'

/** The members of a listed message that are not part of its content. */
export interface ListedParts {
  /** The number of users by reaction. */
  readonly reactions?: Readonly<Record<string, number>>
  readonly my_reactions?: readonly string[]
  readonly replies?: { readonly count: number; readonly last_seq: number }
  readonly pinned?: boolean
}

const byText = (one: string, other: string): number => (one < other ? -1 : 1)

/** CRC-32 of the parts, whatever their order; 0 without any. */
const partsCrc = ({ reactions = {}, my_reactions: mine = [], replies, pinned = false }: ListedParts): number => {
  const counts = Object.entries(reactions).sort(([one], [other]) => byText(one, other))
  if (counts.length === 0 && mine.length === 0 && replies === undefined && !pinned) return 0
  return crc32(JSON.stringify([counts, [...mine].sort(byText), replies?.count, replies?.last_seq, pinned]))
}

/** The CRC of a listed message, from that of its content and that of its other parts. */
export const listedCrcOf = (contentCrc: number, parts: ListedParts): number => (contentCrc ^ partsCrc(parts)) >>> 0
