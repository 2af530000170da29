import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'

const lowest = 10_240
const usualEphemeralStart = 32_768

/** The kernel lends ports from here on to outgoing connections. */
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
 * A port of 127.0.0.1 that nobody listens on, below the ephemeral range: while
 * a server is down, no outgoing connection can be given its port, so that the
 * server can be started again on it.
 *
 * Promises:  never the same port twice from one process.
 * Does not:  reserve it. Somebody else may be quicker: see `onFreePorts`.
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

/** Whether a start failed because somebody else listens on its port. */
export const isPortTaken = (error: unknown): boolean =>
  /address already in use|EADDRINUSE|port is already allocated/i.test(String(error))

/** Tries a start again, which is to pick fresh ports, when its ports were taken meanwhile. */
export const onFreePorts = async <T>(start: () => Promise<T>): Promise<T> => {
  for (let triesLeft = 4; ; triesLeft--) {
    try {
      return await start()
    } catch (error) {
      if (triesLeft === 0 || !isPortTaken(error)) throw error
    }
  }
}
