import type { IncomingMessage } from 'node:http'

/**
 * Every value that a request gives a header, in their order; its name in lower
 * case. Node's own `headersDistinct` threw at a header named `__proto__` for a
 * time (CVE-2026-21710), and `headers` hides that there are several.
 */
export const headerValues = ({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>, name: string): string[] => {
  const values: string[] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === name) values.push(rawHeaders[index + 1] ?? '')
  }
  return values
}
