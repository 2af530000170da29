import type { Registry } from 'prom-client'
import { Gauge } from 'prom-client'
import { programVersion } from './program-version.ts'

/** Without a limit, Node returns a number near 2^64. */
const mostBytes = 2 ** 53

/** The memory limit of the container; the memory of the machine if there is none. */
const limitBytes = (): number => {
  const limit = process.constrainedMemory()
  return limit > 0 && limit < mostBytes ? limit : process.availableMemory() + process.memoryUsage.rss()
}

/** Registers the metrics of every process: its version, and the memory that it may use. */
export const createProcessMetrics = (registry: Registry): void => {
  const registers = [registry]
  const build = new Gauge({ name: 'chat_build_info', help: '1, with the version', labelNames: ['version'], registers })
  build.set({ version: programVersion }, 1)
  new Gauge({ name: 'chat_memory_limit_bytes', help: 'Memory limit of the container', registers }).set(limitBytes())
}
