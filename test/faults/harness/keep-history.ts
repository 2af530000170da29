import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FaultRun } from './run-fault.ts'
import { brokenBy } from './run-fault.ts'

/** Writes the history of a failed run (one entry a line), its violations and the last lines of all logs. Returns the folder. */
export const keepHistory = (run: FaultRun, under: string): string => {
  const folder = join(under, `${run.fault.id}-seed-${run.seed}`)
  mkdirSync(folder, { recursive: true })
  const lines: string[] = []
  for (const entry of run.history.entries()) {
    const fields = Object.entries(entry).filter(([, value]) => value !== 0 && value !== 'none')
    lines.push(JSON.stringify(Object.fromEntries(fields)))
  }
  writeFileSync(join(folder, 'history.jsonl'), `${lines.join('\n')}\n`)
  writeFileSync(join(folder, 'wrong.txt'), `${brokenBy(run).join('\n')}\n`)
  writeFileSync(join(folder, 'log.txt'), run.log)
  return folder
}
