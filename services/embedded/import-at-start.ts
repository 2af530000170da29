import { setTimeout as sleep } from 'node:timers/promises'
import type { EmbeddedConfig } from '../../shared/runtime/config/config.ts'
import type { ServiceProcess } from '../../shared/runtime/process/service-process.ts'
import { systemClock } from '../../shared/runtime/process/system-clock.ts'
import type { ImportAdapters } from '../admin/moving/import-file.ts'
import { importFile } from '../admin/moving/import-file.ts'

const pollMs = 50

/** Waits until the writer of this process has acknowledged all commands. */
export const untilAcknowledged =
  (lag: () => number) =>
  async (signal: AbortSignal): Promise<void> => {
    while (lag() > 0 && !signal.aborted) await sleep(pollMs)
  }

/** Imports a file before the chat accepts connections. An import that was complete before takes a moment only. */
export const importAtStart = async (
  file: string,
  { limits }: Pick<EmbeddedConfig, 'limits'>,
  adapters: ImportAdapters,
  { log, life }: Pick<ServiceProcess, 'log' | 'life'>,
): Promise<void> => {
  const stopping = new AbortController()
  life.add('import', () => stopping.abort())
  const options = { limits, clock: systemClock, signal: stopping.signal, report: () => undefined }
  const { lines, rejected, rejectedFile, isComplete } = await importFile(file, options, adapters)
  if (!isComplete) return log.info({ lines }, 'the import was stopped; it continues at the next start')
  log.info({ lines, rejected }, 'the file is imported')
  if (rejected > 0) log.warn({ rejected, rejectedFile }, 'some lines of the imported file were rejected')
}
