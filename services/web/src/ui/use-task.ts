import { useState } from 'preact/hooks'
import { explain } from '../model/explain.ts'

export interface Task {
  readonly isBusy: boolean
  /** Why the last one failed, for people. */
  readonly problem: string | undefined
  run(work: () => Promise<void>): void
}

/** Something a person asked for that takes its time, and may fail. One at a time. */
export const useTask = (): Task => {
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const run: Task['run'] = (work) => {
    if (isBusy) return
    setBusy(true)
    setProblem(undefined)
    work()
      .catch((error: unknown) => setProblem(explain(error)))
      .finally(() => setBusy(false))
  }
  return { isBusy, problem, run }
}
