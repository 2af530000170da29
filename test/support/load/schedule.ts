/** A part of a load: its rate changes evenly from the rate at its start to `target`. */
export interface Stage {
  readonly durationMs: number
  /** Calls a second at its end. */
  readonly target: number
}

/** The times of a fixed number of calls. */
export interface Schedule {
  readonly count: number
  /** The number of calls that are due at this time since the start. */
  dueBy(elapsedMs: number): number
  /** The time since the start at which a call is due; calls are numbered from 0. */
  dueAt(call: number): number
}

/** The same rate for `count` calls; the first one is due at once. */
export const steadySchedule = (perSecond: number, count: number): Schedule => ({
  count,
  dueBy: (elapsedMs) => Math.min(count, Math.floor((elapsedMs * perSecond) / 1_000) + 1),
  dueAt: (call) => (call * 1_000) / perSecond,
})

/** The data of a schedule, which other threads and processes can read. */
export type SchedulePlan =
  | { readonly perSecond: number; readonly count: number }
  /** The rate at the start, and the stages after it. */
  | { readonly start: number; readonly stages: readonly Stage[] }

interface Segment {
  readonly fromMs: number
  readonly untilMs: number
  /** Calls a millisecond at its start. */
  readonly rate: number
  /** Change of the rate in a millisecond. */
  readonly slope: number
  /** Calls before its start and before its end, as fractions. */
  readonly before: number
  readonly after: number
}

const segmentsOf = (startRate: number, stages: readonly Stage[]): readonly Segment[] => {
  const segments: Segment[] = []
  let [fromMs, before, rate] = [0, 0, startRate / 1_000]
  for (const { durationMs, target } of stages) {
    const next = target / 1_000
    if (durationMs > 0) {
      const after = before + ((rate + next) / 2) * durationMs
      segments.push({ fromMs, untilMs: fromMs + durationMs, rate, slope: (next - rate) / durationMs, before, after })
      fromMs += durationMs
      before = after
    }
    rate = next
  }
  return segments
}

/** Below this, a difference of two fractions of calls is a rounding error. */
const tiny = 1e-9

/** The time since the start of a segment at which it has made this fraction of calls: the root of `rate·t + slope/2·t²`. */
const timeOf = ({ rate, slope }: Segment, calls: number): number =>
  calls <= tiny ? 0 : (2 * calls) / (rate + Math.sqrt(Math.max(0, rate * rate + 2 * slope * calls)))

/** Stages, one after the other. A stage without a duration changes the rate at once. */
export const stagedSchedule = (startRate: number, stages: readonly Stage[]): Schedule => {
  const segments = segmentsOf(startRate, stages)
  const count = Math.ceil((segments.at(-1)?.after ?? 0) - tiny)
  const madeBy = (elapsedMs: number): number => {
    const segment = segments.find(({ untilMs }) => elapsedMs < untilMs)
    if (segment === undefined) return count
    const inside = elapsedMs - segment.fromMs
    return segment.before + segment.rate * inside + (segment.slope / 2) * inside * inside
  }
  return {
    count,
    dueBy: (elapsedMs) => Math.max(0, Math.min(count, Math.ceil(madeBy(elapsedMs) - tiny))),
    dueAt: (call) => {
      const segment = segments.find(({ after }) => call < after - tiny)
      return segment === undefined ? (segments.at(-1)?.untilMs ?? 0) : segment.fromMs + timeOf(segment, call - segment.before)
    },
  }
}

export const scheduleOf = (plan: SchedulePlan): Schedule =>
  'stages' in plan ? stagedSchedule(plan.start, plan.stages) : steadySchedule(plan.perSecond, plan.count)

export const durationOf = (stages: readonly Stage[]): number => stages.reduce((sum, { durationMs }) => sum + durationMs, 0)

/** The target of the stages at this time, for a number of users instead of a rate. */
export const targetAt = (start: number, stages: readonly Stage[], elapsedMs: number): number => {
  let [fromMs, from] = [0, start]
  for (const { durationMs, target } of stages) {
    if (elapsedMs < fromMs + durationMs) return from + ((target - from) * (elapsedMs - fromMs)) / durationMs
    fromMs += durationMs
    from = target
  }
  return from
}
