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

/**
 * Runs a subcommand that the first stop signal ends after its present step; the process exits with 1 if the signal arrives
 * while the adapters wait for their services. Logs warnings only, because the subcommand prints its progress.
 */
export const runStoppable = async <Adapters, Result>(
  config: Pick<SharedConfig, 'times' | 'logLevel'>,
  { name, open, work }: StoppableWork<Adapters, Result>,
): Promise<Result> => {
  const log = createLogger({ level: config.logLevel === 'info' ? 'warn' : config.logLevel, name })
  const stopping = new AbortController()
  const ended = Promise.withResolvers<void>()
  let isOpening = true
  const exit = (code: number): void => {
    if (code !== 0 || isOpening) process.exit(1)
  }
  const life = lifecycle({ log, stopMs: config.times.stopMs, exit })
  try {
    const adapters = await open({ log, life })
    isOpening = false
    life.add(name, () => {
      stopping.abort()
      return ended.promise
    })
    return await work(adapters, stopping.signal)
  } finally {
    isOpening = false
    ended.resolve()
    await life.stop()
  }
}
