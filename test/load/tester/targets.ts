import { isIP } from 'node:net'

const isLoopback = (host: string): boolean => {
  const bare = host.replace(/^\[|\]$/g, '')
  if (bare === 'localhost' || bare.endsWith('.localhost') || bare === '::1') return true
  return isIP(bare) === 4 && bare.startsWith('127.')
}

/**
 * Checks where a load is to go. Throws an error that says what is wrong; a
 * target that is not this machine has to be the caller's own, and the caller has to say so.
 */
export const checkTargets = (urls: readonly string[], isOwner: boolean): readonly string[] => {
  if (urls.length === 0) throw new Error('--url: which gateway? For example --url ws://127.0.0.1:8080/ws')
  for (const text of urls) {
    const url = URL.canParse(text) ? new URL(text) : undefined
    if (url === undefined || !/^wss?:$/.test(url.protocol)) throw new Error(`--url: "${text}" is no address of a WebSocket`)
    if (!isOwner && !isLoopback(url.hostname))
      throw new Error(`--url: ${url.host} is not this machine. A load can harm; say --i-own-this-target if it is yours`)
  }
  return urls
}
