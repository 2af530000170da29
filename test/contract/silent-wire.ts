import type { Wire } from '../../services/gateway/send-queue/wire.ts'
import { frameTextsIn } from '../support/client/server-frames.ts'

/** A socket that takes everything at once and keeps the texts of the frames that were written to it. */
export interface SilentWire extends Wire {
  readonly texts: readonly string[]
}

export const silentWire = (): SilentWire => {
  const texts: string[] = []
  return {
    texts,
    write: (bytes) => void texts.push(...frameTextsIn(bytes)),
    unsentBytes: () => 0,
    close: () => {},
  }
}
