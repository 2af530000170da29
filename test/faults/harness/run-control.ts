import type { Stack } from '../../support/stack/stack.ts'
import type { Control } from '../catalogue/controls.ts'
import { startOf } from '../catalogue/controls.ts'
import type { FaultRun } from './run-fault.ts'
import { runFault } from './run-fault.ts'

export interface ControlRun {
  readonly control: Control
  readonly isCaught: boolean
  /** What the checker found, in short. */
  readonly said: string
  readonly run: FaultRun
}

/** What was found broken, by name, with the first case of each. */
const foundIn = ({ verdicts, streamed, problems }: FaultRun): ReadonlyMap<string, string> => {
  const end = problems.find((problem) => problem.startsWith('the end:'))
  return new Map([
    ...Object.entries(verdicts).flatMap(([name, { count, examples }]) =>
      count > 0 ? [[name, `${count} ×, ${examples[0]}`] as const] : [],
    ),
    ...(streamed.count > 0 ? [['stream', `${streamed.count} ×, ${streamed.examples[0]}`] as const] : []),
    ...(end === undefined ? [] : [['end', end] as const]),
  ])
}

/** Runs the control's fault with its defence switched off. */
export const runControl = async (stack: Stack, control: Control, seed: number): Promise<ControlRun> => {
  const run = await runFault(stack, control.fault, { seed, ...startOf(control) })
  const found = foundIn(run)
  return {
    control,
    isCaught: control.mustBreak.some((name) => found.has(name)),
    said: [...found].map(([name, what]) => `${name}: ${what}`).join('; ') || 'nothing',
    run,
  }
}
