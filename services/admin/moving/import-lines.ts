import type { Clock } from '../../../shared/ports/clock.ts'
import { pause } from '../../../shared/runtime/async/pause.ts'
import type { ImportFiles, Progress } from './import-state.ts'
import type { Pace } from './pace.ts'
import type { NumberedFault } from './send-commands.ts'
import { StoppedError } from './send-commands.ts'
import type { NumberedLine } from './split-lines.ts'

/** The work on the lines of a file. */
export interface LinesDeps {
  /** Resolves with the faults of a group. */
  readonly work: (lines: readonly NumberedLine[]) => Promise<readonly NumberedFault[]>
  /** Called for the lines that an earlier run has done. */
  readonly skip: (lines: readonly NumberedLine[]) => Promise<void>
  readonly files: ImportFiles
  readonly pace: Pace
  /** The most lines in a second; undefined: as many as the pace permits. */
  readonly perSecond: number | undefined
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly report: (progress: Progress) => void
  readonly onFaults: (faults: readonly NumberedFault[]) => void
}

const skippedLines = 1_000
const saveMs = 1_000

const take = async (lines: AsyncIterator<NumberedLine>, count: number): Promise<readonly NumberedLine[]> => {
  const taken: NumberedLine[] = []
  while (taken.length < count) {
    const next = await lines.next()
    if (next.done === true) break
    taken.push(next.value)
  }
  return taken
}

/** Skips the lines that an earlier run has done. Resolves with the lines after them that were read already. */
const skipDone = async (
  lines: AsyncIterator<NumberedLine>,
  done: number,
  { skip, signal }: LinesDeps,
): Promise<readonly NumberedLine[]> => {
  while (done > 0 && !signal.aborted) {
    const group = await take(lines, skippedLines)
    await skip(group.filter(({ number }) => number <= done))
    if (group.length === 0 || (group.at(-1)?.number ?? 0) > done) return group.filter(({ number }) => number > done)
  }
  return []
}

/**
 * Works on the lines in groups, one after the other, and saves how far it has come: at most a second of work is done again
 * after a kill. Resolves with the progress at the end, or when the signal is aborted.
 */
export const importLines = async (lines: AsyncIterator<NumberedLine>, deps: LinesDeps): Promise<Progress> => {
  const { work, files, pace, perSecond, clock, signal, report, onFaults } = deps
  let progress: Progress = files.earlier ?? { lines: 0, rejected: 0 }
  let savedMs = clock.monotonicMs()
  let read = await skipDone(lines, progress.lines, deps)

  const runGroup = async (group: readonly NumberedLine[]): Promise<void> => {
    const startedMs = clock.monotonicMs()
    const faults = await work(group)
    const nowMs = clock.monotonicMs()
    pace.note(group.length, nowMs - startedMs)
    const inOrder = faults.toSorted((a, b) => a.number - b.number)
    files.reject(inOrder)
    onFaults(inOrder)
    progress = { lines: group.at(-1)?.number ?? progress.lines, rejected: progress.rejected + faults.length }
    if (faults.length > 0 || nowMs - savedMs > saveMs) {
      files.save(progress)
      savedMs = nowMs
    }
    report(progress)
    if (perSecond !== undefined) await pause(clock, (group.length / perSecond) * 1_000 - (nowMs - startedMs), signal)
  }

  try {
    while (!signal.aborted) {
      const group = read.slice(0, pace.lines)
      read = read.slice(group.length)
      group.push(...(await take(lines, pace.lines - group.length)))
      if (group.length === 0) break
      await runGroup(group)
    }
  } catch (error) {
    if (!(error instanceof StoppedError)) throw error
  }
  files.save(progress)
  return progress
}
