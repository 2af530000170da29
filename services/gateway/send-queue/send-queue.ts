import type { Flusher } from './flusher.ts'
import type { JoinFrames } from './join-frames.ts'
import type { Wire } from './wire.ts'

/**
 * The frames that wait to be written to one socket. It never refuses a frame: a
 * caller checks `isFull` and stops, so that the size is bounded by the limit plus
 * the frames that are pushed between two checks.
 */
export interface SendQueue {
  push(frame: Buffer): void
  /** Whether more bytes than the limit are queued here or unsent in the socket. */
  isFull(): boolean
  /** Whether no bytes are queued here or unsent in the socket. */
  isEmpty(): boolean
  /** Bytes queued here or unsent in the socket. */
  bytes(): number
  /** Writes all queued frames in one write. */
  flush(): void
  /** Drops the queued frames and ignores further ones. */
  close(): void
}

/** Shared by all sockets of a gateway. */
export interface SendQueueDeps {
  readonly flusher: Flusher
  readonly join: JoinFrames
  readonly limitBytes: number
  /** This many frames were handed to a socket, and it has not taken this many bytes yet. */
  readonly onWritten: (frames: number, unsentBytes: number) => void
}

/** The session of the socket. `drained`: the socket took a flush at once; otherwise the wire reports it later. */
interface SendQueueOwner {
  drained(): void
}

/** A class, because every session has one. */
export class SocketSendQueue implements SendQueue {
  private readonly wire: Wire
  private readonly owner: SendQueueOwner
  private readonly deps: SendQueueDeps
  private queue: Buffer[] = []
  private queuedBytes = 0
  private isClosed = false

  constructor(wire: Wire, owner: SendQueueOwner, deps: SendQueueDeps) {
    this.wire = wire
    this.owner = owner
    this.deps = deps
  }

  push(frame: Buffer): void {
    if (this.isClosed) return
    this.queue.push(frame)
    this.queuedBytes += frame.length
    // A non-empty queue has already scheduled its flush.
    if (this.queue.length === 1) this.deps.flusher.request(this)
  }

  isFull(): boolean {
    return this.bytes() > this.deps.limitBytes
  }

  isEmpty(): boolean {
    return this.bytes() === 0
  }

  bytes(): number {
    // Unsent bytes of a closed socket no longer count.
    return this.isClosed ? 0 : this.queuedBytes + this.wire.unsentBytes()
  }

  flush(): void {
    const frames = this.queue.length
    if (frames === 0) return
    const all = this.deps.join(this.queue, this.queuedBytes)
    this.queue = []
    this.queuedBytes = 0
    this.wire.write(all)
    const unsentBytes = this.wire.unsentBytes()
    this.deps.onWritten(frames, unsentBytes)
    if (unsentBytes === 0) this.owner.drained()
  }

  close(): void {
    this.isClosed = true
    this.queue = []
    this.queuedBytes = 0
  }
}
