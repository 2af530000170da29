import { StoreError } from '../../../shared/ports/event-store.ts'

/** Settles as `asked` does, or rejects with a `StoreError` (`timeout`) after `ms`; `onSilence` must then destroy the connection. */
export const answerInTime = async <T>(asked: Promise<T>, ms: number, onSilence: () => void): Promise<T> => {
  const silence = Promise.withResolvers<never>()
  const alarm = setTimeout(() => {
    onSilence()
    silence.reject(new StoreError('timeout', `the database has not answered within ${ms} ms`))
  }, ms)
  try {
    return await Promise.race([asked, silence.promise])
  } finally {
    clearTimeout(alarm)
  }
}
