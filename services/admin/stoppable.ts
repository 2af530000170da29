import type { SharedConfig } from '../../shared/runtime/config/config.ts'
import { createLogger } from '../../shared/runtime/observability/logger.ts'
import { lifecycle } from '../../shared/runtime/process/lifecycle.ts'
import type { ServiceProcess } from '../../shared/runtime/process/service-process.ts'

/** The process of a long subcommand. */
export type StoppableProcess = Pick<ServiceProcess, 'log' | 'life'>

/** A long subcommand, by the name under which it logs. */
export interface StoppableWork<Adapters, Result> {
  readonly name: string
  /** Opens adapters that close with the process. */
  readonly open: (service: StoppableProcess) => Promise<Adapters>
  /** Ends soon after the signal is aborted. */
  readonly work: (adapters: Adapters, signal: AbortSignal) => Promise<Result>
}

/** Runs a subcommand that the first stop signal ends after its present step. Logs warnings only, because it prints its progress. */
export const runStoppable = async <Adapters, Result>(
  config: Pick<SharedConfig, 'times' | 'logLevel'>,
  { name, open, work }: StoppableWork<Adapters, Result>,
): Promise<Result> => {
  const log = createLogger({ level: config.logLevel === 'info' ? 'warn' : config.logLevel, name })
  const stopping = new AbortController()
  const ended = Promise.withResolvers<void>()
  const life = lifecycle({ log, stopMs: config.times.stopMs, exit: (code) => void (code === 0 || process.exit(code)) })
  try {
    const adapters = await open({ log, life })
    life.add(name, () => {
      stopping.abort()
      return ended.promise
    })
    return await work(adapters, stopping.signal)
  } finally {
    ended.resolve()
    await life.stop()
  }
}
