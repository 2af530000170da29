import { parseDistribution } from '../../support/load/distribution.ts'
import { durationOf, stagedSchedule, targetAt } from '../../support/load/schedule.ts'
import { durationRange } from '../scenario/fields.ts'
import type { Scenario, Step } from '../scenario/scenario-file.ts'
import type { Workload } from '../scenario/workload.ts'
import type { Shape } from './presets.ts'

/** The number of history entries that fit into the memory of a small machine. */
const entriesMost = 30_000_000

const meanOf = (distribution: string): number => {
  const draw = parseDistribution(distribution)
  const points = 1_000
  let sum = 0
  for (let point = 0; point < points; point += 1) {
    const next = (): number => (point + 0.5) / points
    sum += draw({ next, below: (below) => Math.floor(next() * below), chance: () => false, pick: ([first]) => first as never })
  }
  return sum / points
}

/** A step that is not a pause takes about this long at least. */
const leastStepMs = 5

const meanTimeOf = (step: Step): number => {
  if (step.do !== 'think') return leastStepMs
  const [least, most] = durationRange.parse(step.time)
  return (least + most) / 2
}

/** The steps that cause no event. */
const silentSteps: ReadonlySet<Step['do']> = new Set(['read-history', 'think'])

/** The events that a flow causes in its room. */
const eventsOf = ({ flow }: Scenario): number =>
  flow.reduce((sum, step) => sum + (silentSteps.has(step.do) ? 0 : step.do === 'send' ? Number(step.count ?? 1) : 1), 0)

const meanUsers = ({ start, stages }: Workload): number => {
  const wholeMs = durationOf(stages)
  const points = 100
  const at = (point: number): number => targetAt(start, stages, ((point + 0.5) / points) * wholeMs)
  return Array.from({ length: points }, (_, point) => at(point)).reduce((sum, users) => sum + users, 0) / points
}

/** The number of events of a run, roughly. */
const estimatedEvents = (workload: Workload): number => {
  const { start, stages, scenario } = workload
  if (scenario === undefined) return stagedSchedule(start, stages).count
  if (scenario.model === 'open') return stagedSchedule(start, stages).count * eventsOf(scenario)
  const iterationMs = scenario.flow.reduce((sum, step) => sum + meanTimeOf(step), 0)
  return ((meanUsers(workload) * durationOf(stages)) / Math.max(leastStepMs, iterationMs)) * eventsOf(scenario)
}

/** Throws an error if a checked run would not fit into memory. */
export const checkBounds = ({ roomSize, users }: Shape, workload: Workload): void => {
  const frames = estimatedEvents(workload) * Math.min(users, meanOf(roomSize))
  if (frames > entriesMost)
    throw new Error(
      `this makes about ${Math.round(frames / 1e6)} million frames, too many to check: lower --rate, --stage, --room-size or --duration, or use --no-check`,
    )
}
