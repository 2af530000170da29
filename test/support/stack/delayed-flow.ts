import type { Socket } from 'node:net'

const maxWaitingBytes = 16 * 1024 * 1024

export interface FlowConditions {
  delayMs(): number
  isDropping(): boolean
}

/** A delayed chunk; null is the end of the stream. */
interface DelayedChunk {
  readonly chunk: Buffer | null
  readonly dueAt: number
}

/**
 * Forwards the bytes and the end of one direction in order, each after the delay
 * that was set when it arrived. Bytes that arrive or are due in a black hole are
 * dropped. A slow receiver, or too many delayed bytes, pause the sender.
 */
export const delayedFlow = (from: Socket, to: Socket, conditions: FlowConditions): void => {
  const waiting: DelayedChunk[] = []
  let waitingBytes = 0
  let timer: NodeJS.Timeout | undefined

  const pace = (): void => {
    if (to.writableNeedDrain || waitingBytes > maxWaitingBytes) from.pause()
    else from.resume()
  }
  const deliver = (chunk: Buffer | null): void => {
    if (to.destroyed || to.writableEnded || conditions.isDropping()) return
    if (chunk === null) to.end()
    else to.write(chunk)
  }
  const release = (): void => {
    timer = undefined
    for (let next = waiting[0]; next && next.dueAt <= performance.now(); next = waiting[0]) {
      waiting.shift()
      waitingBytes -= next.chunk?.length ?? 0
      deliver(next.chunk)
    }
    arm()
    pace()
  }
  const arm = (): void => {
    const [next] = waiting
    if (next) timer ??= setTimeout(release, Math.ceil(next.dueAt - performance.now()))
  }
  const take = (chunk: Buffer | null): void => {
    const dueAt = Math.max(performance.now() + conditions.delayMs(), waiting.at(-1)?.dueAt ?? 0)
    if (conditions.isDropping()) return
    if (waiting.length === 0 && conditions.delayMs() === 0) {
      deliver(chunk)
    } else {
      waiting.push({ chunk, dueAt })
      waitingBytes += chunk?.length ?? 0
      arm()
    }
    pace()
  }

  from.on('data', take)
  from.once('end', () => take(null))
  to.on('drain', pace)
  to.once('close', () => {
    clearTimeout(timer)
    // Discards further data: an unread socket would never emit `close`.
    from.resume()
  })
}
