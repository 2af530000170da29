import { join } from 'node:path'
import { startOrderChild } from '../harness/order-child.ts'
import type { Burst, BurstResult, Injected, Verdict } from './lean-load.ts'
import type { DialectName, LoadNote, LoadOptions, LoadOrder } from './load-messages.ts'

/** The load in a child process. One order at a time. */
export interface LoadProcess extends AsyncDisposable {
  readonly pid: number
  open(dialect: DialectName, options: LoadOptions): Promise<void>
  /** Calls `onWindow` when the measured time begins and when it ends. */
  run(burst: Burst, onWindow: (isOpen: boolean) => void): Promise<BurstResult>
  watch(): Promise<void>
  unwatch(injected: Injected, patienceMs: number): Promise<BurstResult>
  verdict(): Promise<Verdict>
}

const entry = join(import.meta.dirname, 'load-process.ts')

export const startLoad = (): LoadProcess => {
  const child = startOrderChild<LoadOrder, LoadNote>(entry)
  return {
    pid: child.pid,
    open: (dialect, options) => child.obey({ do: 'open', dialect, options }),
    run: (burst, onWindow) => child.obey({ do: 'run', burst }, ({ isWindowOpen }) => onWindow(isWindowOpen)),
    watch: () => child.obey({ do: 'watch' }),
    unwatch: (injected, patienceMs) => child.obey({ do: 'unwatch', injected, patienceMs }),
    verdict: () => child.obey({ do: 'verdict' }),
    [Symbol.asyncDispose]: async () => {
      await child.obey({ do: 'close' }).catch(() => {})
      await child[Symbol.asyncDispose]()
    },
  }
}
