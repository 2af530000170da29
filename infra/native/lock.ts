import type { Server } from 'node:net'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const isHeld = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'

/** An abstract socket has no file and disappears when its process ends for any reason. */
const take = (name: string): Promise<Server | undefined> =>
  new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error) => (isHeld(error) ? resolve(undefined) : reject(error)))
    server.listen({ path: `\0chat-native-${name}` }, () => resolve(server))
  })

/**
 * Runs `work` while no other process of this machine runs work with this name.
 *
 * Promises:  the lock is released when its process ends, even by SIGKILL.
 * Does not:  reach beyond the network namespace, or serve waiting callers in order.
 */
export const withLock = async <T>(name: string, work: () => Promise<T>, onWait: () => void = () => {}): Promise<T> => {
  let holder = await take(name)
  if (!holder) onWait()
  while (!holder) {
    await sleep(100)
    holder = await take(name)
  }
  try {
    return await work()
  } finally {
    holder.close()
  }
}
