/** A request with a body to a fixed address. */
export interface OutgoingHttpRequest {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Gives the request up. */
  readonly signal: AbortSignal
}

/** The answer to a request. */
export interface HttpAnswer {
  readonly status: number
  /** The text of the header `Retry-After`. */
  readonly retryAfter: string | undefined
  /** The beginning of the body, as text. */
  readonly body: string
}

/**
 * Why there is no answer. `address`: the host has an address that is not allowed,
 * and was not connected to. `timeout`: no complete answer in time. `connection`:
 * no connection, or it has ended early. `aborted`: by the signal.
 */
export type HttpFault = 'address' | 'timeout' | 'connection' | 'aborted'

/** The error of a request without an answer; it is unknown whether the receiver has acted on it. */
export class HttpError extends Error {
  readonly fault: HttpFault
  constructor(fault: HttpFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'HttpError'
    this.fault = fault
  }
}

/**
 * Sends POST requests to one URL.
 *
 * Promises:  connects only to allowed addresses, and to the address that was
 *            checked; follows no redirect. Reads a bounded part of the body of
 *            an answer. Rejects with `HttpError` only.
 * Does not:  retry, or bound the number of concurrent requests.
 * Blocks:    up to the time-out of a request.
 */
export interface HttpSender {
  post(request: OutgoingHttpRequest): Promise<HttpAnswer>
  /** Ends idle connections. */
  close(): void
}
