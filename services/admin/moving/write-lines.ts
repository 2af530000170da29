import { once } from 'node:events'
import { systemClock } from '../../../shared/runtime/process/system-clock.ts'
import type { Line } from './lines.ts'
import { progressLine } from './progress-line.ts'

const linesPerWrite = 200

/** Writes lines to stdout, not faster than its reader takes them; rejects if the reader has ended. `print` receives the progress. */
export const writeLines = async (lines: AsyncIterable<Line> | Iterable<Line>, print: (text: string) => void): Promise<void> => {
  const report = progressLine(print, systemClock, 'lines')
  let count = 0
  let waiting: string[] = []
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => undefined)
  process.stdout.once('error', failed.reject)
  const flush = async (): Promise<void> => {
    const isTaken = process.stdout.write(waiting.join(''))
    waiting = []
    if (!isTaken) await Promise.race([once(process.stdout, 'drain'), failed.promise])
  }
  for await (const line of lines) {
    waiting.push(`${JSON.stringify(line)}\n`)
    count += 1
    if (waiting.length === linesPerWrite) await flush()
    report(count)
  }
  await flush()
  print(`${count} lines written`)
}
