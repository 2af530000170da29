/** What a session needs of its socket. */
export interface Wire {
  /** Hands whole WebSocket frames to the socket, in order. Ignored once it is closing. */
  write(bytes: Buffer): void
  /** Bytes handed over that the other side has not taken yet. */
  readonly unsentBytes: number
  close(code: number, reason: string): void
}
