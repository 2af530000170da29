import type { Wire } from '../../../../services/gateway/send-queue/wire.ts'
import { frameTextsIn } from '../../../support/client/server-frames.ts'
import type { Random } from '../../../support/simulation/random.ts'
import type { VirtualClock } from '../virtual-clock.ts'

export interface ServerFrame {
  readonly event: string
  readonly id?: string
  readonly room?: string
  readonly seq?: number
  readonly body?: Record<string, unknown>
  readonly error?: { readonly code: string; readonly retryable: boolean }
}

export interface Received extends ServerFrame {
  readonly atMs: number
}

export interface SimulatedSocket {
  readonly wire: Wire
  readonly frames: readonly Received[]
  readonly isClosed: boolean
  /** The code with which the service closed it. */
  readonly closeCode: number | undefined
  /** The most bytes that ever waited for the socket: of all frames, and of feed frames. */
  readonly mostUnsentBytes: number
  readonly mostUnsentFeedBytes: number
  /** The same of signals. */
  readonly mostUnsentSignalBytes: number
  /** Accepts no writes while frozen. */
  setFrozen(isFrozen: boolean): void
  /** The other side closes without a close frame; waiting writes are lost. */
  abort(): void
}

const feedFrame = /^\{("id":"[^"]*",)?"event":"[^"]*","room":"[^"]*","seq":/

const signalFrame = /^\{"event":"signal"/

interface Write {
  readonly texts: readonly string[]
  readonly bytes: number
  readonly feedBytes: number
  readonly signalBytes: number
}

const bytesOf = (texts: readonly string[], kind: RegExp): number =>
  texts.reduce((sum, text) => (kind.test(text) ? sum + Buffer.byteLength(text) : sum), 0)

const writeOf = (bytes: Buffer): Write => {
  const texts = frameTextsIn(bytes)
  return { texts, bytes: bytes.length, feedBytes: bytesOf(texts, feedFrame), signalBytes: bytesOf(texts, signalFrame) }
}

/** A socket that accepts writes at its own pace, and reads the frames in them. */
export const simulatedSocket = (
  clock: VirtualClock,
  random: Random,
  events: { readonly drained: () => void; readonly closed: () => void; readonly frame: (frame: Received) => void },
  paceMs: number,
): SimulatedSocket => {
  const frames: Received[] = []
  let unsent: Write[] = []
  let unsentBytes = 0
  let unsentFeedBytes = 0
  let mostUnsentBytes = 0
  let mostUnsentFeedBytes = 0
  let unsentSignalBytes = 0
  let mostUnsentSignalBytes = 0
  let isFrozen = false
  let isClosed = false
  let closeCode: number | undefined
  let isTaking = false

  const read = (text: string): void => {
    const frame = { ...(JSON.parse(text) as ServerFrame), atMs: clock.monotonicMs() }
    frames.push(frame)
    events.frame(frame)
  }
  const take = (): void => {
    isTaking = false
    if (isFrozen || isClosed) return
    const taken = unsent.slice(0, 1 + random.below(unsent.length))
    unsent = unsent.slice(taken.length)
    for (const { bytes, feedBytes, signalBytes } of taken) {
      unsentSignalBytes -= signalBytes
      unsentBytes -= bytes
      unsentFeedBytes -= feedBytes
    }
    for (const { texts } of taken) for (const text of texts) read(text)
    if (unsent.length > 0) takeLater()
    else events.drained()
  }
  const takeLater = (): void => {
    if (isTaking || unsent.length === 0) return
    isTaking = true
    clock.after(random.next() * paceMs, take)
  }

  return {
    frames,
    get isClosed() {
      return isClosed
    },
    get closeCode() {
      return closeCode
    },
    get mostUnsentBytes() {
      return mostUnsentBytes
    },
    get mostUnsentFeedBytes() {
      return mostUnsentFeedBytes
    },
    get mostUnsentSignalBytes() {
      return mostUnsentSignalBytes
    },
    wire: {
      write: (bytes) => {
        if (isClosed) return
        const write = writeOf(bytes)
        unsent.push(write)
        unsentBytes += write.bytes
        unsentFeedBytes += write.feedBytes
        mostUnsentBytes = Math.max(mostUnsentBytes, unsentBytes)
        mostUnsentFeedBytes = Math.max(mostUnsentFeedBytes, unsentFeedBytes)
        unsentSignalBytes += write.signalBytes
        mostUnsentSignalBytes = Math.max(mostUnsentSignalBytes, unsentSignalBytes)
        takeLater()
      },
      unsentBytes: () => unsentBytes,
      close: (code) => {
        closeCode ??= code
        isClosed = true
        clock.after(0, events.closed)
      },
    },
    setFrozen: (frozen) => {
      isFrozen = frozen
      if (!frozen) takeLater()
    },
    abort: () => {
      isClosed = true
    },
  }
}
