import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'

const lowest = 10_240
const usualEphemeralStart = 32_768

/** The first ephemeral port: the kernel assigns these to outgoing connections. */
const ephemeralStart = (): number => {
  try {
    const [start] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/)
    return Number(start)
  } catch {
    return usualEphemeralStart
  }
}

const handedOut = new Set<number>()

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })

/**
 * A free port of 127.0.0.1 below the ephemeral range, so that no outgoing
 * connection takes it while its server is down, and the server can restart on it.
 *
 * Promises:  never returns the same port twice in one process.
 * Does not:  reserve the port; another process may take it: see `onFreePorts`.
 */
export const freePort = async (): Promise<number> => {
  const ceiling = ephemeralStart()
  const end = ceiling > lowest + 2_000 ? ceiling : usualEphemeralStart
  for (;;) {
    const port = randomInt(lowest, end)
    if (handedOut.has(port)) continue
    if (!(await isFree(port))) continue
    handedOut.add(port)
    return port
  }
}

/** Whether a start failed because its port is in use. */
export const isPortTaken = (error: unknown): boolean =>
  /address already in use|EADDRINUSE|port is already allocated/i.test(String(error))

/** Repeats a start, which must choose new ports, up to four times while its ports are in use. */
export const onFreePorts = async <T>(start: () => Promise<T>): Promise<T> => {
  for (let triesLeft = 4; ; triesLeft--) {
    try {
      return await start()
    } catch (error) {
      if (triesLeft === 0 || !isPortTaken(error)) throw error
    }
  }
}
