import type { Clock } from '../../../shared/ports/clock.ts'
import { pause } from '../../../shared/runtime/async/pause.ts'
import type { ImportFiles, ImportProgress } from './import-state.ts'
import type { Pace, Traffic } from './pace.ts'
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
  /** Reads the traffic of others; undefined: there is none. */
  readonly traffic: (() => Promise<Traffic>) | undefined
  /** The most lines in a second; undefined: as many as the pace permits. */
  readonly perSecond: number | undefined
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly report: (progress: ImportProgress) => void
  readonly onFaults: (faults: readonly NumberedFault[]) => void
}

const skippedLines = 1_000
const saveMs = 1_000
const trafficMs = 1_000

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

/** The progress of an import, which is saved once a second and with each rejected line. */
const createSaving = ({ files, clock, report, onFaults }: LinesDeps) => {
  let progress: ImportProgress = files.earlier ?? { lines: 0, rejected: 0 }
  let savedMs = clock.monotonicMs()
  const save = (): void => {
    files.save(progress)
    savedMs = clock.monotonicMs()
  }
  return {
    progress: () => progress,
    save,
    note: (group: readonly NumberedLine[], faults: readonly NumberedFault[]): void => {
      const inOrder = faults.toSorted((a, b) => a.number - b.number)
      files.reject(inOrder)
      onFaults(inOrder)
      progress = { lines: group.at(-1)?.number ?? progress.lines, rejected: progress.rejected + faults.length }
      if (faults.length > 0 || clock.monotonicMs() - savedMs > saveMs) save()
      report(progress)
    },
  }
}

/** Reads the traffic of others at most once a second. */
const createTrafficReading = ({ pace, traffic, clock }: LinesDeps): (() => Promise<void>) => {
  let readMs = Number.NEGATIVE_INFINITY
  return async () => {
    const nowMs = clock.monotonicMs()
    if (traffic === undefined || nowMs - readMs < trafficMs) return
    readMs = nowMs
    pace.noteTraffic(await traffic())
  }
}

/** Works on one group, and rests as long as the pace and the rate ask for. Resolves with the faults. */
const runGroup = async (group: readonly NumberedLine[], deps: LinesDeps): Promise<readonly NumberedFault[]> => {
  const { work, pace, perSecond, clock, signal } = deps
  const startedMs = clock.monotonicMs()
  const faults = await work(group)
  const tookMs = clock.monotonicMs() - startedMs
  const restMs = pace.note(group.length, tookMs)
  const slowestMs = perSecond === undefined ? 0 : (group.length / perSecond) * 1_000 - tookMs
  if (Math.max(restMs, slowestMs) > 0) await pause(clock, Math.max(restMs, slowestMs), signal)
  return faults
}

/**
 * Works on the lines in groups, one after the other, and saves how far it has come: at most a second of work is done again
 * after a kill. Resolves with the progress at the end, or when the signal is aborted.
 */
export const importLines = async (lines: AsyncIterator<NumberedLine>, deps: LinesDeps): Promise<ImportProgress> => {
  const { pace, signal } = deps
  const saving = createSaving(deps)
  const readTraffic = createTrafficReading(deps)
  try {
    for (let read = await skipDone(lines, saving.progress().lines, deps); !signal.aborted; ) {
      await readTraffic()
      const group = read.slice(0, pace.lines)
      read = read.slice(group.length)
      group.push(...(await take(lines, pace.lines - group.length)))
      if (group.length === 0) break
      saving.note(group, await runGroup(group, deps))
    }
  } catch (error) {
    if (!(error instanceof StoppedError)) throw error
  }
  saving.save()
  return saving.progress()
}
