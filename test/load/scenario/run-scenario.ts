import type { Latencies } from '../../support/load/latencies.ts'
import { createLatencies } from '../../support/load/latencies.ts'
import type { Load } from '../../support/load/load.ts'
import type { Pace } from '../../support/load/pace.ts'
import { actions } from './actions.ts'
import type { Actors } from './actors.ts'
import { createActors } from './actors.ts'
import { startClosedModel, startOpenModel } from './models.ts'
import type { Scenario, Step } from './scenario-file.ts'
import type { Visit } from './visit.ts'
import { StepFailed } from './visit.ts'
import type { IterationCounts, ScenarioSample, ScenarioWorkerResult, Workload } from './workload.ts'
import { wholeIteration } from './workload.ts'

/** The iterations of one process. */
export interface ScenarioRun extends Pace {
  sample(): ScenarioSample
  result(): ScenarioWorkerResult
}

interface PreparedStep {
  readonly name: Step['do']
  readonly latencies: Latencies | undefined
  readonly perform: (visit: Visit) => Promise<void>
}

const prepare = (flow: Scenario['flow'], byName: Map<string, Latencies>): readonly PreparedStep[] =>
  flow.map((step) => {
    const { [step.do]: action } = actions
    if (action.isMeasured && !byName.has(step.do)) byName.set(step.do, createLatencies())
    return { name: step.do, latencies: byName.get(step.do), perform: action.prepare(step) }
  })

/** Starts the iterations of a scenario; `done` resolves when the last one has ended. */
export const startScenario = (load: Load, scenario: Scenario, workload: Workload): ScenarioRun => {
  const { now } = load.context
  const byName = new Map<string, Latencies>()
  const steps = prepare(scenario.flow, byName)
  const whole = createLatencies()
  byName.set(wholeIteration, whole)
  const iterations: IterationCounts = { started: 0, completed: 0, failed: 0, dropped: 0, interrupted: 0 }
  const failedBy: Record<string, number> = {}
  const ending = new AbortController()
  const actors: Actors = createActors(load, scenario)

  const noteFailure = (name: string, error: unknown): void => {
    const key = `${name}: ${error instanceof StepFailed ? error.code : String(error)}`
    iterations.failed += 1
    failedBy[key] = (failedBy[key] ?? 0) + 1
  }

  /** Resolves with whether the flow may continue. */
  const performStep = async ({ name, latencies, perform }: PreparedStep, visit: Visit): Promise<boolean> => {
    if (ending.signal.aborted) {
      iterations.interrupted += 1
      return false
    }
    try {
      await perform(visit)
      latencies?.record(now() - visit.dueMs)
      return true
    } catch (error) {
      if (ending.signal.aborted) iterations.interrupted += 1
      else noteFailure(name, error)
      return false
    }
  }

  const iterate = async (dueMs: number): Promise<void> => {
    const actor = actors.take()
    if (actor === undefined) {
      iterations.dropped += 1
      return
    }
    iterations.started += 1
    const visit = { ...actor, load, posted: [], signal: ending.signal }
    let stepDueMs = dueMs
    for (const step of steps) {
      if (!(await performStep(step, { ...visit, dueMs: stepDueMs }))) return actors.giveBack(actor)
      stepDueMs = now()
    }
    iterations.completed += 1
    whole.record(now() - dueMs)
    actors.giveBack(actor)
  }

  const start = scenario.model === 'open' ? startOpenModel : startClosedModel
  load.startDisturbances()
  const running = start(workload, now, iterate, () => ending.abort())
  return {
    ...running,
    sample: () => ({ iterations, active: actors.busy() }),
    result: () => ({
      iterations,
      failedBy,
      actions: Object.fromEntries([...byName].map(([name, latencies]) => [name, latencies.encode()])),
    }),
  }
}
