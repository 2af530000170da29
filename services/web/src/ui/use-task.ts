import { useEffect, useRef, useState } from 'preact/hooks'
import { explain } from '../model/explain.ts'

export interface Task {
  readonly isBusy: boolean
  /** Why the last run failed, for people. */
  readonly problem: string | undefined
  /** The signal is aborted when the component is gone: what was cancelled must have no effect later. */
  run(work: (signal: AbortSignal) => Promise<void>): void
}

/** One action at a time that takes time and may fail. */
export const useTask = (): Task => {
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const gone = useRef(new AbortController())
  useEffect(() => () => gone.current.abort(), [])
  const run: Task['run'] = (work) => {
    if (isBusy) return
    const { signal } = gone.current
    setBusy(true)
    setProblem(undefined)
    work(signal)
      .catch((error: unknown) => {
        if (!signal.aborted) setProblem(explain(error))
      })
      .finally(() => setBusy(false))
  }
  return { isBusy, problem, run }
}
