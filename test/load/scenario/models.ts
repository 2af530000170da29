import { setTimeout as sleep } from 'node:timers/promises'
import type { Pace } from '../../support/load/pace.ts'
import { paceLeadMs, startPace } from '../../support/load/pace.ts'
import { durationOf, targetAt } from '../../support/load/schedule.ts'
import type { Workload } from './workload.ts'

type Iterate = (dueMs: number) => Promise<void>

/**
 * Starts iterations in the way of a model.
 *
 * `endRunning` is called after the last stage, or at `stop`; `done` resolves when all iterations have ended.
 */
type StartModel = (workload: Workload, now: () => number, iterate: Iterate, endRunning: () => void) => Pace

/** Iterations start at a rate, whether or not the ones before have ended. */
export const startOpenModel: StartModel = ({ start, stages }, now, iterate, endRunning) => {
  const running = new Set<Promise<void>>()
  const untilMs = now() + paceLeadMs + durationOf(stages)
  const pace = startPace({
    start,
    stages,
    now,
    send: (dueMs) => {
      const iteration = iterate(dueMs).finally(() => running.delete(iteration))
      running.add(iteration)
    },
  })
  const stopped = Promise.withResolvers<void>()
  const work = async (): Promise<void> => {
    await pace.done
    const restMs = untilMs - now()
    if (restMs > 0) await Promise.race([stopped.promise, sleep(restMs)])
    endRunning()
    await Promise.all(running)
  }
  return {
    done: work(),
    stop: () => {
      stopped.resolve()
      pace.stop()
      endRunning()
    },
  }
}

const adjustEveryMs = 50
/** The pause before another attempt when no user was free, or when an iteration failed at once. */
const leastIterationMs = 10

/** A number of users, which the stages change, repeat the flow. */
export const startClosedModel: StartModel = ({ start, stages }, now, iterate, endRunning) => {
  const startMs = now()
  const wholeMs = durationOf(stages)
  const done = Promise.withResolvers<void>()
  let active = 0
  let isStopped = false
  const wanted = (): number => {
    const elapsedMs = now() - startMs
    return isStopped || elapsedMs >= wholeMs ? 0 : Math.round(targetAt(start, stages, elapsedMs))
  }

  const repeat = async (): Promise<void> => {
    active += 1
    while (active <= wanted()) {
      const begunMs = now()
      await iterate(begunMs)
      if (now() - begunMs < leastIterationMs) await sleep(leastIterationMs)
    }
    active -= 1
  }

  const adjust = (): void => {
    while (active < wanted()) void repeat()
    const isOver = isStopped || now() - startMs >= wholeMs
    if (isOver) endRunning()
    if (isOver && active === 0) done.resolve()
    else setTimeout(adjust, adjustEveryMs)
  }

  adjust()
  return {
    done: done.promise,
    stop: () => {
      isStopped = true
      endRunning()
    },
  }
}
