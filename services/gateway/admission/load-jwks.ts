import { readFile } from 'node:fs/promises'
import type { JSONWebKeySet } from 'jose'

/** Loads the key set; rejects if it cannot be loaded or is not a JWK set. */
export type LoadJwks = () => Promise<JSONWebKeySet>

const largestBytes = 1024 * 1024

const fetchText = async (url: string, timeoutMs: number): Promise<string> => {
  // A redirect could lead to a host that is not configured.
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) })
  if (!response.ok) throw new Error(`the key set was answered with status ${response.status}`)
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    if (text.length > largestBytes) throw new Error('the key set is too large')
  }
  return text
}

/** Loads from `place`: a URL, or the path of a file that is read at each load. `timeoutMs` limits a load from a URL. */
export const loadJwks =
  (place: string, timeoutMs: number): LoadJwks =>
  async () => {
    const text = await (URL.canParse(place) ? fetchText(place, timeoutMs) : readFile(place, 'utf8'))
    const parsed: unknown = JSON.parse(text)
    const isSet = typeof parsed === 'object' && parsed !== null && 'keys' in parsed && Array.isArray(parsed.keys)
    if (!isSet) throw new Error('not a JWK set')
    return parsed as JSONWebKeySet
  }
