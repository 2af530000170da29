import type { SendQueue } from '../send-queue/send-queue.ts'
import type { Follower } from './subscriber.ts'

/**
 * The followers of one session that wait to read a page, in the order of their
 * requests. A read
 * begins only when the socket has taken everything, and a bounded number of
 * reads are in flight.
 */
export class PageTurns {
  private readonly sendQueue: Pick<SendQueue, 'isEmpty'>
  private readonly pagesAtOnce: number
  private readonly waiting = new Set<Follower>()
  private inFlight = 0

  constructor(sendQueue: Pick<SendQueue, 'isEmpty'>, pagesAtOnce: number) {
    this.sendQueue = sendQueue
    this.pagesAtOnce = pagesAtOnce
  }

  add(follower: Follower): void {
    this.waiting.add(follower)
    this.serve()
  }

  remove(follower: Follower): void {
    this.waiting.delete(follower)
  }

  /** Begins the reads that may begin now. */
  serve(): void {
    while (this.sendQueue.isEmpty() && this.inFlight < this.pagesAtOnce) {
      const [next] = this.waiting
      if (next === undefined) return
      this.waiting.delete(next)
      void this.read(next)
    }
  }

  /** Begins no further read. */
  close(): void {
    this.waiting.clear()
  }

  private async read(follower: Follower): Promise<void> {
    this.inFlight += 1
    await follower.readPage()
    this.inFlight -= 1
    this.serve()
  }
}
