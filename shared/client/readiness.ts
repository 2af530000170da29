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

interface Waiting {
  resolve(user: User): void
  reject(error: ChatError): void
}

export const createReadiness = (): Readiness => {
  const waiting = new Set<Waiting>()
  let user: User | undefined
  let end: ChatError | undefined

  return {
    get user() {
      return user
    },
    wait: (signal) => {
      const call = new Error()
      return new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason)
        if (end !== undefined) return reject(errorOfCall(end, call))
        if (user !== undefined) return resolve(user)
        const leave = (): void => {
          waiting.delete(entry)
          signal?.removeEventListener('abort', abort)
        }
        const abort = (): void => {
          leave()
          reject(signal?.reason)
        }
        const entry: Waiting = {
          resolve: (bound) => {
            leave()
            resolve(bound)
          },
          reject: (error) => {
            leave()
            reject(errorOfCall(error, call))
          },
        }
        waiting.add(entry)
        signal?.addEventListener('abort', abort)
      })
    },
    bound: (next) => {
      user = next
      for (const entry of [...waiting]) entry.resolve(next)
    },
    ended: (error) => {
      end = error
      for (const entry of [...waiting]) entry.reject(error)
    },
  }
}
