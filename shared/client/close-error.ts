import { ChatError } from './chat-error.ts'
import type { Closing } from './link.ts'

/** What to check if no WebSocket was opened. The client then asks the service for the reason. */
const notOpened = 'no WebSocket was opened; check the address, its path (/ws), the origin and the token'

/** A closed connection as an error, with the address and the close code. */
export const closeError = (
  code: 'ended' | 'disconnected',
  url: URL,
  { code: closeCode, reason, cause }: Closing,
  wasOpen = true,
): ChatError => {
  const closed = wasOpen
    ? `the connection to ${url.host} was closed: ${closeCode} ${reason}`.trimEnd()
    : `${url.href}: ${notOpened}`
  return new ChatError(code, closed, { closeCode, cause })
}
