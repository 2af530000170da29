import type { User } from '../domain/events.ts'
import type { ChatError } from './chat-error.ts'

/** Whether the user is bound, for those who wait for it. */
export interface Readiness {
  readonly user: User | undefined
  wait(signal: AbortSignal | undefined): Promise<User>
  bound(user: User): void
  ended(error: ChatError): void
}

export const createReadiness = (): Readiness => {
  const first = Promise.withResolvers<User>()
  // Nobody has to wait.
  first.promise.catch(() => undefined)
  let user: User | undefined
  let end: ChatError | undefined

  return {
    get user() {
      return user
    },
    wait: (signal) => {
      if (end !== undefined) return Promise.reject(end)
      if (signal === undefined) return first.promise
      const { promise, resolve, reject } = Promise.withResolvers<User>()
      const abort = (): void => reject(signal.reason)
      if (signal.aborted) abort()
      signal.addEventListener('abort', abort, { once: true })
      first.promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
      return promise
    },
    bound: (next) => {
      user = next
      first.resolve(next)
    },
    ended: (error) => {
      end = error
      first.reject(error)
    },
  }
}
