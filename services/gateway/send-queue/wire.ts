/** The write side of a socket. */
export interface Wire {
  /**
   * Hands whole WebSocket frames to the socket, in order. Ignored once it is
   * closing. If the socket does not take all bytes at once, the session's
   * `drained` is called when it has.
   */
  write(bytes: Buffer): void
  /** Bytes that were handed over and not sent yet. */
  unsentBytes(): number
  close(code: number, reason: string): void
}
