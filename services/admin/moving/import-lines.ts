import type { ImportFiles, ImportProgress } from './import-state.ts'
import type { PacedWorkDeps } from './paced-work.ts'
import { createPacedWork } from './paced-work.ts'
import type { NumberedFault } from './send-commands.ts'
import { StoppedError } from './send-commands.ts'
import type { NumberedLine } from './split-lines.ts'

/** The work on the lines of a file. */
export interface LinesDeps extends PacedWorkDeps {
  /** Resolves with the faults of a group. */
  readonly work: (lines: readonly NumberedLine[]) => Promise<readonly NumberedFault[]>
  /** Called for the lines that an earlier run has done. */
  readonly skip: (lines: readonly NumberedLine[]) => Promise<void>
  readonly files: ImportFiles
  readonly report: (progress: ImportProgress) => void
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

/**
 * Works on the lines in groups, one after the other, and saves how far it has come: at most a second of work is done again
 * after a kill. Resolves with the progress at the end, or when the signal is aborted.
 */
export const importLines = async (lines: AsyncIterator<NumberedLine>, deps: LinesDeps): Promise<ImportProgress> => {
  const { work, signal } = deps
  const saving = createSaving(deps)
  const paced = createPacedWork(deps)
  try {
    for (let read = await skipDone(lines, saving.progress().lines, deps); !signal.aborted; ) {
      const size = await paced.size()
      const group = read.slice(0, size)
      read = read.slice(group.length)
      group.push(...(await take(lines, size - group.length)))
      if (group.length === 0) break
      const faults = await paced.run(
        () => work(group),
        () => group.length,
      )
      saving.note(group, faults)
    }
  } catch (error) {
    if (!(error instanceof StoppedError)) throw error
  }
  saving.save()
  return saving.progress()
}
