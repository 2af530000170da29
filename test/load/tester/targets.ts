import { isIP } from 'node:net'

const isLoopback = (host: string): boolean => {
  const bare = host.replace(/^\[|\]$/g, '')
  if (bare === 'localhost' || bare.endsWith('.localhost') || bare === '::1') return true
  return isIP(bare) === 4 && bare.startsWith('127.')
}

/**
 * Checks the targets of a load and throws an error with the reason. A target on
 * another machine needs the caller's confirmation that it belongs to the caller.
 */
export const checkTargets = (urls: readonly string[], isOwner: boolean): readonly string[] => {
  if (urls.length === 0) throw new Error('--url is missing: the address of a gateway, for example --url ws://127.0.0.1:8080/ws')
  for (const text of urls) {
    const url = URL.canParse(text) ? new URL(text) : undefined
    if (url === undefined || !/^wss?:$/.test(url.protocol)) throw new Error(`--url: "${text}" is not a WebSocket address`)
    if (!isOwner && !isLoopback(url.hostname))
      throw new Error(`--url: ${url.host} is not this machine. Use --i-own-this-target if it belongs to you`)
  }
  return urls
}
