export interface DeviceOptions {
  readonly user: number
  readonly externalId: string
  /** The addresses of the gateways, tried in turn; the first connection uses the first one. */
  readonly urls: readonly string[]
  readonly token?: string | undefined
  /** Sends commands again, under the same id, after a retryable refusal or an unknown outcome. */
  readonly sendsAgain: boolean
  /** A socket without any frame for this long is closed. */
  readonly silenceMs: number
  /** False: the device does not resume, and a socket that was closed stays closed. */
  readonly reconnects: boolean
  /** The pause before the next connection, after this many failed attempts. */
  readonly reconnectPauseMs: (failures: number) => number
  /** Reads slowly: pauses at random. */
  readonly isSlow: boolean
  /** Counts the events of other users and does not read them. */
  readonly skims: boolean
  /** A resume was answered: all missed events were received. */
  readonly onResumed?: ((user: number) => void) | undefined
}
