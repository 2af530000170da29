import type { User } from '../domain/events.ts'
import type { ChatError } from './chat-error.ts'
import { errorOfCall } from './chat-error.ts'

/** Whether the user is bound. */
export interface Readiness {
  readonly user: User | undefined
  /** Resolves once the user is bound; rejects when the client ends, or with the reason of the signal. */
  wait(signal: AbortSignal | undefined): Promise<User>
  bound(user: User): void
  ended(error: ChatError): void
}

export const createReadiness = (): Readiness => {
  let resolveFirst: (user: User) => void = () => undefined
  let rejectAll: (error: ChatError) => void = () => undefined
  const first = new Promise<User>((resolve) => {
    resolveFirst = resolve
  })
  const end = new Promise<never>((_, reject) => {
    rejectAll = reject
  })
  // Prevents an unhandled rejection while no call waits.
  end.catch(() => undefined)
  let user: User | undefined
  let isEnded = false

  return {
    get user() {
      return user
    },
    wait: (signal) => {
      const call = new Error()
      return new Promise((resolve, reject) => {
        const abort = (): void => reject(signal?.reason)
        if (signal?.aborted === true) return abort()
        signal?.addEventListener('abort', abort)
        Promise.race(isEnded ? [end] : [first, end])
          .then(resolve, (error: ChatError) => reject(errorOfCall(error, call)))
          .finally(() => signal?.removeEventListener('abort', abort))
      })
    },
    bound: (next) => {
      user = next
      resolveFirst(next)
    },
    ended: (error) => {
      isEnded = true
      rejectAll(error)
    },
  }
}
