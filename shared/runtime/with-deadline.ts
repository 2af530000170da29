/**
 * The work's own end, or a rejection with `what` once it has taken longer.
 * Does not end the work. An answer that has arrived but could not be read
 * because this process stood still is not late.
 */
export const withDeadline = async <T>(work: Promise<T>, ms: number, what: string): Promise<T> => {
  const { promise: late, reject } = Promise.withResolvers<never>()
  // Sockets are read between a timer and an immediate.
  const timer = setTimeout(() => setImmediate(() => reject(new Error(what))), ms).unref()
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
