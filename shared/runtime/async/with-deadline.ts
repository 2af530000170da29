/** A deadline has passed. The work may still end later. */
export class DeadlineError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'DeadlineError'
  }
}

/**
 * Settles as the work does, or rejects after `ms` with a `DeadlineError` whose
 * message is `what`. Does not cancel the work. An answer that has arrived, but
 * was not read because this process was suspended, is not late.
 */
export const withDeadline = async <T>(work: Promise<T>, ms: number, what: string): Promise<T> => {
  const { promise: late, reject } = Promise.withResolvers<never>()
  // Between a timer and an immediate, the event loop reads sockets.
  const timer = setTimeout(() => setImmediate(() => reject(new DeadlineError(what))), ms).unref()
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
