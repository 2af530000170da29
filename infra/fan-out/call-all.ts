import { nameOf } from '../../shared/runtime/observability/error-text.ts'
import type { Log } from '../../shared/runtime/observability/log.ts'

/** Calls each callee; one that throws is logged, by the name of its error only, and does not stop the others. */
export const callAll = <Callee>(callees: Iterable<Callee>, call: (callee: Callee) => void, log: Log): void => {
  for (const callee of callees) {
    try {
      call(callee)
    } catch (error) {
      log.error({ error: nameOf(error) }, 'a listener of the fan-out threw')
    }
  }
}
