import type { Outbox } from './outbox.ts'

/**
 * Past a budget of bytes that sockets have not taken yet, reads wait: for
 * their own socket to drain, and for the gateway's sockets together.
 */
export interface AnswerBudget {
  /** Resolves, in order of asking, when another answer may be read for this socket. */
  room(outbox: Outbox): Promise<void>
  /** To be called when a socket has drained or closed. */
  recheck(): void
}

export const createAnswerBudget = (maxBytes: number, outboxes: () => Iterable<Outbox>): AnswerBudget => {
  let waiting: { readonly outbox: Outbox; readonly go: () => void }[] = []

  const usedBytes = (): number => {
    let used = 0
    for (const outbox of outboxes()) used += outbox.bytes
    return used
  }

  const recheck = (): void => {
    if (waiting.length === 0 || usedBytes() > maxBytes) return
    const ready = waiting.filter(({ outbox }) => !outbox.isFull)
    waiting = waiting.filter(({ outbox }) => outbox.isFull)
    for (const { go } of ready) go()
  }

  return {
    room: (outbox) => {
      // The sum over all sockets is taken only when this one is behind already: at rest nothing is counted.
      if (outbox.isEmpty || (!outbox.isFull && waiting.length === 0)) return Promise.resolve()
      return new Promise((resolve) => {
        waiting.push({ outbox, go: resolve })
        recheck()
      })
    },
    recheck,
  }
}
