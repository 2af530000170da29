import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { Burst, BurstResult, LeanLoadOptions, Verdict } from './lean-load.ts'
import type { DialectName, LoadOrder, LoadWord } from './load-messages.ts'

/** The load, as seen from the process that measures. One order at a time. */
export interface LoadProcess extends AsyncDisposable {
  readonly pid: number
  open(dialect: DialectName, options: Omit<LeanLoadOptions, 'dialect'>): Promise<void>
  /** `onWindow` is told when the measured time begins and when it ends. */
  run(burst: Burst, onWindow: (isOpen: boolean) => void): Promise<BurstResult>
  verdict(): Promise<Verdict>
}

const entry = join(import.meta.dirname, 'load-process.ts')

export const startLoad = (): LoadProcess => {
  const child = fork(entry, {
    execArgv: process.env.BENCH_PROFILE ? ['--cpu-prof', `--cpu-prof-dir=${process.env.BENCH_PROFILE}`] : [],
  })
  let onWord: (word: LoadWord) => void = () => {}
  child.on('message', (word: LoadWord) => onWord(word))
  child.once('exit', () => onWord({ said: 'failed', why: 'the load has ended' }))

  const obey = <Result>(order: LoadOrder, onWindow: (isOpen: boolean) => void = () => {}): Promise<Result> =>
    new Promise((resolve, reject) => {
      onWord = (word) => {
        if (word.said === 'window') onWindow(word.isOpen)
        else if (word.said === 'failed') reject(new Error(word.why))
        else resolve(word.result as Result)
      }
      child.send(order)
    })

  return {
    pid: child.pid ?? 0,
    open: (dialect, options) => obey({ do: 'open', dialect, options }),
    run: (burst, onWindow) => obey({ do: 'run', burst }, onWindow),
    verdict: () => obey({ do: 'verdict' }),
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null) return
      const ended = new Promise((resolve) => child.once('exit', resolve))
      await obey({ do: 'close' }).catch(() => {})
      child.disconnect()
      await ended
    },
  }
}
