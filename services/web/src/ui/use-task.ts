import { useEffect, useRef, useState } from 'preact/hooks'
import { explain } from '../model/explain.ts'

/** The state of an asynchronous action. `run` never throws: a failure sets `problem`. A run during another one is ignored. */
export interface UiTask {
  readonly isBusy: boolean
  /** The reason why the last run failed, as a sentence for the user. */
  readonly problem: string | undefined
  /** The signal is aborted when the component is removed, so that a cancelled action has no effect later. */
  run(work: (signal: AbortSignal) => Promise<void>): void
}

/** Runs one asynchronous action at a time. */
export const useTask = (): UiTask => {
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const gone = useRef(new AbortController())
  useEffect(() => () => gone.current.abort(), [])
  const run: UiTask['run'] = (work) => {
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
