import type { IncomingMessage } from 'node:http'

/**
 * The body as text; undefined if it is too large or not UTF-8. Rejects when the client disconnects. The connection of a
 * body that does not arrive within `bodyMs` is closed.
 */
export const readBody = async (request: IncomingMessage, maxBytes: number, bodyMs: number): Promise<string | undefined> => {
  const late = setTimeout(() => request.destroy(), bodyMs)
  try {
    return await readWithin(request, maxBytes)
  } finally {
    clearTimeout(late)
  }
}

const readWithin = async (request: IncomingMessage, maxBytes: number): Promise<string | undefined> => {
  const chunks: Buffer[] = []
  let bytes = 0
  // The connection stays open, so that the client receives the error.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += (chunk as Buffer).length
    if (bytes > maxBytes) return undefined
    chunks.push(chunk as Buffer)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks))
  } catch {
    return undefined
  }
}
