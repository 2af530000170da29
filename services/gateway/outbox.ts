import type { Flusher } from './flusher.ts'
import type { JoinFrames } from './join-frames.ts'
import type { Wire } from './wire.ts'

/**
 * One socket's send queue. It never refuses bytes: whoever fills it looks at
 * `isFull` and stops, so its size is the limit and what one step may add.
 * (Methods and no getters here and in all that a delivery touches: a getter in
 * a literal gives every object a shape of its own, and V8 no way to be fast.)
 */
export interface Outbox {
  push(bytes: Buffer): void
  /** More than the limit is queued here or unsent in the socket. */
  isFull(): boolean
  /** Nothing is queued here or unsent in the socket. */
  isEmpty(): boolean
  /** Bytes queued here or unsent in the socket. */
  bytes(): number
  /** Writes at once what has gathered, in one write. */
  flush(): void
  /** Drops what is queued and takes nothing more. */
  close(): void
}

export interface OutboxEvents {
  /** A flush was taken whole by the socket; otherwise the socket's own drain tells. */
  readonly onEmpty: () => void
  /** So many frames were handed to the socket, which has not taken so many bytes yet. */
  readonly onWritten: (frames: number, unsentBytes: number) => void
}

export const createOutbox = (
  wire: Wire,
  flusher: Flusher,
  join: JoinFrames,
  limitBytes: number,
  { onEmpty, onWritten }: OutboxEvents,
): Outbox => {
  let queue: Buffer[] = []
  let queuedBytes = 0
  let isClosed = false
  /** What a closed socket has left unsent waits for nobody. */
  const bytes = (): number => (isClosed ? 0 : queuedBytes + wire.unsentBytes())

  const outbox: Outbox = {
    push: (frame) => {
      if (isClosed) return
      queue.push(frame)
      queuedBytes += frame.length
      // Whoever has frames already has asked.
      if (queue.length === 1) flusher.request(outbox)
    },
    isFull: () => bytes() > limitBytes,
    isEmpty: () => bytes() === 0,
    bytes,
    flush: () => {
      const frames = queue.length
      if (frames === 0) return
      const all = join(queue, queuedBytes)
      queue = []
      queuedBytes = 0
      wire.write(all)
      const unsentBytes = wire.unsentBytes()
      onWritten(frames, unsentBytes)
      if (unsentBytes === 0) onEmpty()
    },
    close: () => {
      isClosed = true
      queue = []
      queuedBytes = 0
    },
  }
  return outbox
}
