import { createReadStream } from 'node:fs'
import type { Clock } from '../../../shared/ports/clock.ts'
import type { ReadModel } from '../../../shared/ports/read-model.ts'
import { supportedLevel } from '../../../shared/protocol/feature-level.ts'
import type { ProtocolLimits } from '../../../shared/protocol/limits.ts'
import { checkGroup, importGroup, skipGroup } from './import-group.ts'
import { importLines } from './import-lines.ts'
import type { ImportFiles, ImportProgress } from './import-state.ts'
import { openImportFiles } from './import-state.ts'
import { createLineCommands } from './line-commands.ts'
import type { Traffic } from './pace.ts'
import { createPace } from './pace.ts'
import { readHeader } from './read-line.ts'
import type { NumberedFault, SendDeps } from './send-commands.ts'
import { createSourceIds } from './source-ids.ts'
import { splitLines } from './split-lines.ts'

/** The service into which a file is imported. */
export interface ImportAdapters extends Pick<SendDeps, 'commandLog' | 'commandResults' | 'drained'> {
  readonly readModel: Pick<ReadModel, 'usersByExternalId' | 'meta'>
  /** Reads the traffic of others; absent: there is none. Called while the import has no command on its way. */
  readonly traffic?: () => Promise<Traffic>
}

/** Options of `importFile`. */
export interface ImportOptions {
  readonly limits: ProtocolLimits
  readonly clock: Clock
  /** Aborted: stop after the present group. */
  readonly signal: AbortSignal
  /** The most lines in a second; undefined: as many as the pace permits. */
  readonly perSecond?: number | undefined
  readonly report: (progress: ImportProgress) => void
  /** Receives the faults of rejected lines, in the order of the file. */
  readonly onFaults?: (faults: readonly NumberedFault[]) => void
}

/** The result of an import. */
export interface ImportReport extends ImportProgress {
  readonly rejectedFile: string
  readonly isComplete: boolean
}

/** A dry run leaves the state of an import as it is. */
const withoutState = (files: ImportFiles): ImportFiles => ({ ...files, earlier: undefined, save: () => undefined })

/**
 * Imports a file of JSON lines. Without `adapters`, only checks its lines.
 *
 * Promises:  a repeated import, also after a kill at any point, leads to the same
 *            chats and messages, each once. Memory grows with users and direct
 *            chats only. A line that cannot be imported is written to
 *            `<file>.rejected.jsonl`, and the others are imported.
 * Does not:  write to the store: the running writers decide all commands.
 */
export const importFile = async (
  file: string,
  options: ImportOptions,
  adapters: ImportAdapters | undefined,
): Promise<ImportReport> => {
  const { limits, clock, signal, perSecond, report, onFaults = () => undefined } = options
  await using lines = splitLines(createReadStream(file, { encoding: 'utf8', highWaterMark: 256 * 1024 }))
  const first = await lines.next()
  const header = first.done === true ? undefined : first.value.text
  const ids = createSourceIds(readHeader(header).source)
  const { epoch, level } = (await adapters?.readModel.meta()) ?? { epoch: '', level: supportedLevel }
  const group = { ids, commands: createLineCommands(ids, { limits, level, nowMs: clock.nowMs }) }
  const service = adapters && { ...group, ...adapters, clock, signal }
  const files = openImportFiles(file, header ?? '', epoch)
  const progress = await importLines(lines, {
    work: service === undefined ? async (each) => checkGroup(each, group) : (each) => importGroup(each, service),
    skip: async (each) => service && skipGroup(each, service),
    files: service === undefined ? withoutState(files) : files,
    pace: createPace(),
    traffic: adapters?.traffic,
    perSecond,
    clock,
    signal,
    report,
    onFaults,
  })
  return { ...progress, rejectedFile: files.rejectedFile, isComplete: !signal.aborted }
}
