import { performance } from 'node:perf_hooks'

/** Load of this process since the last call, in [0, 1]: the larger of its CPU share of one core and the utilization of its event loop. */
export const loopUtilization = (): (() => number) => {
  let cpu = process.cpuUsage()
  let loop = performance.eventLoopUtilization()
  let at = performance.now()
  return () => {
    const used = process.cpuUsage(cpu)
    const { utilization } = performance.eventLoopUtilization(loop)
    const share = (used.user + used.system) / 1_000 / Math.max(1, performance.now() - at)
    cpu = process.cpuUsage()
    loop = performance.eventLoopUtilization()
    at = performance.now()
    return Math.min(1, Math.max(utilization, share))
  }
}
