import type { IncomingMessage } from 'node:http'

/**
 * All values of a header, in order. `name` is in lower case. Some versions of
 * Node throw in `headersDistinct` at a header named `__proto__`
 * (CVE-2026-21710), and `headers` hides repeated headers.
 */
export const headerValues = ({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>, name: string): string[] => {
  const values: string[] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === name) values.push(rawHeaders[index + 1] ?? '')
  }
  return values
}
