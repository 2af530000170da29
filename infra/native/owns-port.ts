import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

const listenState = '0A'

const linesOf = (file: string): string[] => {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').slice(1)
  } catch {
    return []
  }
}

/** The inodes of the sockets that listen on this port. */
const listeningSockets = (port: number): string[] => {
  const ending = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  // A JVM listens on 127.0.0.1 over IPv6.
  return [...linesOf('/proc/net/tcp'), ...linesOf('/proc/net/tcp6')]
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(ending) && fields[3] === listenState)
    .map((fields) => `socket:[${fields[9]}]`)
}

const opened = (pid: number, descriptor: string): string => {
  try {
    return readlinkSync(`/proc/${pid}/fd/${descriptor}`)
  } catch {
    return ''
  }
}

/**
 * Whether the process `pid` listens on the port. An answer is not sufficient:
 * another process may have taken the port and answer in its place.
 */
export const ownsPort = (pid: number, port: number): boolean => {
  const sockets = new Set(listeningSockets(port))
  if (sockets.size === 0) return false
  return readdirSync(`/proc/${pid}/fd`).some((descriptor) => sockets.has(opened(pid, descriptor)))
}
