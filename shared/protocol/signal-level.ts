/** The level that introduced `watch` and `signal`. */
export const signalLevel = 3

/** A signal is over this long after it was received, unless it is repeated. */
export const signalTtlMs = 6_000

/** A client that types sends `typing` at most this often. */
export const typingEveryMs = 3_000
