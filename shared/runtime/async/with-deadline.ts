/** Something has taken longer than it may; it may still come to an end. */
export class DeadlineError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'DeadlineError'
  }
}

/**
 * The work's own end, or a `DeadlineError` with `what` once it has taken longer.
 * Does not end the work. An answer that has arrived but could not be read
 * because this process stood still is not late.
 */
export const withDeadline = async <T>(work: Promise<T>, ms: number, what: string): Promise<T> => {
  const { promise: late, reject } = Promise.withResolvers<never>()
  // Sockets are read between a timer and an immediate.
  const timer = setTimeout(() => setImmediate(() => reject(new DeadlineError(what))), ms).unref()
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
