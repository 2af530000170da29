/** What a session needs of its socket. */
export interface Wire {
  /**
   * Hands whole WebSocket frames to the socket, in order. Ignored once it is
   * closing. What is not taken at once is followed by a call of the session's
   * `drained`, when all of it is.
   */
  write(bytes: Buffer): void
  /** Bytes handed over that the other side has not taken yet. */
  unsentBytes(): number
  close(code: number, reason: string): void
}
