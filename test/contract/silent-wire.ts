import type { Wire } from '../../services/gateway/send-queue/wire.ts'

/** A socket that takes everything at once and keeps the texts of the frames it was written. */
export interface SilentWire extends Wire {
  readonly texts: readonly string[]
}

/** Cuts unmasked server frames back into their texts. */
const textsIn = (bytes: Buffer): string[] => {
  const texts: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const short = (bytes[at + 1] ?? 0) & 0x7f
    const head = short < 126 ? 2 : short === 126 ? 4 : 10
    const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2))
    texts.push(bytes.toString('utf8', at + head, at + head + length))
    at += head + length
  }
  return texts
}

export const silentWire = (): SilentWire => {
  const texts: string[] = []
  return {
    texts,
    write: (bytes) => void texts.push(...textsIn(bytes)),
    unsentBytes: () => 0,
    close: () => {},
  }
}
