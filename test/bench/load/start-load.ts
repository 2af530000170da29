import { join } from 'node:path'
import { startTaskProcess } from '../../load/task-process/task-process.ts'
import type { Burst, BurstResult, Injected } from './burst.ts'
import type { FeedReport } from './feed-log.ts'
import type { MeasuredLoadOptions } from './measured-load.ts'
import type { TypingResult } from './typing.ts'

/** The services whose protocol the load supports. */
export type ServiceName = 'chat' | 'bare' | 'socket.io'

export type LoadOptions = Omit<MeasuredLoadOptions, 'format'>

export type LoadTask =
  | { readonly do: 'open'; readonly service: ServiceName; readonly options: LoadOptions }
  | { readonly do: 'run'; readonly burst: Burst }
  | { readonly do: 'watch' }
  | { readonly do: 'unwatch'; readonly injected: Injected; readonly mostWaitMs: number }
  | { readonly do: 'start typing'; readonly typists: number }
  | { readonly do: 'stop typing' }
  | { readonly do: 'report' }
  | { readonly do: 'close' }

/** The beginning or the end of the measured time. */
export interface LoadNote {
  readonly isWindowOpen: boolean
}

/** A measured load in a child process. One task at a time. */
export interface LoadProcess extends AsyncDisposable {
  readonly pid: number
  open(service: ServiceName, options: LoadOptions): Promise<void>
  /** Calls `onWindow` when the measured time begins and when it ends. */
  run(burst: Burst, onWindow: (isOpen: boolean) => void): Promise<BurstResult>
  watch(): Promise<void>
  unwatch(injected: Injected, mostWaitMs: number): Promise<BurstResult>
  startTyping(typists: number): Promise<void>
  stopTyping(): Promise<TypingResult>
  report(): Promise<FeedReport>
}

const entry = join(import.meta.dirname, 'load-process.ts')

export const startLoad = (): LoadProcess => {
  const child = startTaskProcess<LoadTask, LoadNote>(entry)
  return {
    pid: child.pid,
    open: (service, options) => child.execute({ do: 'open', service, options }),
    run: (burst, onWindow) => child.execute({ do: 'run', burst }, ({ isWindowOpen }) => onWindow(isWindowOpen)),
    watch: () => child.execute({ do: 'watch' }),
    unwatch: (injected, mostWaitMs) => child.execute({ do: 'unwatch', injected, mostWaitMs }),
    startTyping: (typists) => child.execute({ do: 'start typing', typists }),
    stopTyping: () => child.execute({ do: 'stop typing' }),
    report: () => child.execute({ do: 'report' }),
    [Symbol.asyncDispose]: async () => {
      await child.execute({ do: 'close' }).catch(() => {})
      await child[Symbol.asyncDispose]()
    },
  }
}
