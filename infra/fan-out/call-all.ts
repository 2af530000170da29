import type { FanOutLog } from './fan-out-log.ts'

/** Calls each one; one that throws is logged by its error's name, never its message, and does not stop the others. */
export const callAll = <Callee>(callees: Iterable<Callee>, call: (callee: Callee) => void, log: FanOutLog): void => {
  for (const callee of callees) {
    try {
      call(callee)
    } catch (error) {
      log.error({ error: error instanceof Error ? error.name : 'unknown' }, 'a listener of the fan-out threw')
    }
  }
}
