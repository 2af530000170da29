import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FaultRun } from './run-fault.ts'
import { brokenBy } from './run-fault.ts'

/** Leaves what a failed run did and saw, an entry a line, with what was wrong and the ends of all logs; gives the folder. */
export const keepHistory = (run: FaultRun, under: string): string => {
  const folder = join(under, `${run.fault.id}-seed-${run.seed}`)
  mkdirSync(folder, { recursive: true })
  const lines: string[] = []
  for (const entry of run.history.entries()) {
    const told = Object.entries(entry).filter(([, value]) => value !== 0 && value !== 'none')
    lines.push(JSON.stringify(Object.fromEntries(told)))
  }
  writeFileSync(join(folder, 'history.jsonl'), `${lines.join('\n')}\n`)
  writeFileSync(join(folder, 'wrong.txt'), `${brokenBy(run).join('\n')}\n`)
  writeFileSync(join(folder, 'log.txt'), run.log)
  return folder
}
