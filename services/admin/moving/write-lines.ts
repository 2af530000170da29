import { once } from 'node:events'
import { systemClock } from '../../../shared/runtime/process/system-clock.ts'
import type { Line } from './lines.ts'
import { progressLine } from './progress-line.ts'

const linesPerWrite = 200

/** Writes lines to stdout, not faster than its reader takes them. `print` receives the progress. */
export const writeLines = async (lines: AsyncIterable<Line> | Iterable<Line>, print: (text: string) => void): Promise<void> => {
  const report = progressLine(print, systemClock)
  let count = 0
  let waiting: string[] = []
  const flush = async (): Promise<void> => {
    const isTaken = process.stdout.write(waiting.join(''))
    waiting = []
    if (!isTaken) await once(process.stdout, 'drain')
  }
  for await (const line of lines) {
    waiting.push(`${JSON.stringify(line)}\n`)
    count += 1
    if (waiting.length === linesPerWrite) await flush()
    report({ lines: count, rejected: 0 })
  }
  await flush()
  print(`${count} lines written`)
}
