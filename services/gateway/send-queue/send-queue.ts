import type { Flusher } from './flusher.ts'
import type { JoinFrames } from './join-frames.ts'
import type { Wire } from './wire.ts'

/**
 * One socket's send queue. It never refuses bytes: whoever fills it looks at
 * `isFull` and stops, so its size is the limit and what one step may add.
 */
export interface SendQueue {
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

/** The same for all sockets of a gateway. */
export interface SendQueueDeps {
  readonly flusher: Flusher
  readonly join: JoinFrames
  readonly limitBytes: number
  /** So many frames were handed to a socket, which has not taken so many bytes yet. */
  readonly onWritten: (frames: number, unsentBytes: number) => void
}

/** Whose socket it is. */
export interface SendQueueOwner {
  /** A flush was taken whole by the socket; otherwise the socket's own drain tells. */
  drained(): void
}

/** A class for the sake of memory: every session has one. */
class SocketSendQueue implements SendQueue {
  private readonly wire: Wire
  private readonly owner: SendQueueOwner
  private readonly ports: SendQueueDeps
  private queue: Buffer[] = []
  private queuedBytes = 0
  private isClosed = false

  constructor(wire: Wire, owner: SendQueueOwner, ports: SendQueueDeps) {
    this.wire = wire
    this.owner = owner
    this.ports = ports
  }

  push(frame: Buffer): void {
    if (this.isClosed) return
    this.queue.push(frame)
    this.queuedBytes += frame.length
    // Whoever has frames already has asked.
    if (this.queue.length === 1) this.ports.flusher.request(this)
  }

  isFull(): boolean {
    return this.bytes() > this.ports.limitBytes
  }

  isEmpty(): boolean {
    return this.bytes() === 0
  }

  bytes(): number {
    // What a closed socket has left unsent waits for nobody.
    return this.isClosed ? 0 : this.queuedBytes + this.wire.unsentBytes()
  }

  flush(): void {
    const frames = this.queue.length
    if (frames === 0) return
    const all = this.ports.join(this.queue, this.queuedBytes)
    this.queue = []
    this.queuedBytes = 0
    this.wire.write(all)
    const unsentBytes = this.wire.unsentBytes()
    this.ports.onWritten(frames, unsentBytes)
    if (unsentBytes === 0) this.owner.drained()
  }

  close(): void {
    this.isClosed = true
    this.queue = []
    this.queuedBytes = 0
  }
}

export const createSendQueue = (wire: Wire, owner: SendQueueOwner, ports: SendQueueDeps): SendQueue =>
  new SocketSendQueue(wire, owner, ports)
