import type { Wire } from '../../../services/gateway/wire.ts'
import type { Random } from './random.ts'
import type { VirtualClock } from './virtual-clock.ts'

export interface ServerFrame {
  readonly event: string
  readonly id?: string
  readonly room?: string
  readonly seq?: number
  readonly body?: Record<string, unknown>
  readonly error?: { readonly code: string; readonly retryable: boolean }
}

export interface SimulatedSocket {
  readonly wire: Wire
  readonly frames: readonly ServerFrame[]
  readonly isClosed: boolean
  /** Takes nothing while set. */
  setFrozen(isFrozen: boolean): void
  onFrame(listener: (frame: ServerFrame) => void): void
}

/** Text of each unmasked frame in a write. */
const decode = (bytes: Buffer): string[] => {
  const texts: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const short = (bytes[at + 1] ?? 0) & 0x7f
    const start = at + (short < 126 ? 2 : short === 126 ? 4 : 10)
    const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2))
    texts.push(bytes.toString('utf8', start, start + length))
    at = start + length
  }
  return texts
}

/** A socket that takes bytes at its own pace, and reads every frame it took. */
export const simulatedSocket = (
  clock: VirtualClock,
  random: Random,
  events: { readonly drained: () => void; readonly closed: () => void },
  paceMs: number,
): SimulatedSocket => {
  const frames: ServerFrame[] = []
  const listeners: ((frame: ServerFrame) => void)[] = []
  let unsent: Buffer[] = []
  let isFrozen = false
  let isClosed = false
  let isTaking = false

  const take = (): void => {
    isTaking = false
    if (isFrozen || isClosed) return
    const taken = unsent
    unsent = []
    for (const text of taken.flatMap(decode)) {
      const frame = JSON.parse(text) as ServerFrame
      frames.push(frame)
      for (const listener of listeners) listener(frame)
    }
    events.drained()
  }
  const takeLater = (): void => {
    if (isTaking) return
    isTaking = true
    clock.after(random.next() * paceMs, take)
  }

  return {
    frames,
    get isClosed() {
      return isClosed
    },
    wire: {
      write: (bytes) => {
        if (isClosed) return
        unsent.push(bytes)
        takeLater()
      },
      get unsentBytes() {
        return unsent.reduce((sum, bytes) => sum + bytes.length, 0)
      },
      close: () => {
        isClosed = true
        clock.after(0, events.closed)
      },
    },
    setFrozen: (frozen) => {
      isFrozen = frozen
      if (!frozen && unsent.length > 0) takeLater()
    },
    onFrame: (listener) => listeners.push(listener),
  }
}
