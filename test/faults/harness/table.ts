import type { InvariantName } from '../../support/checker/check.ts'
import type { FaultRun } from './run-fault.ts'
import { brokenBy } from './run-fault.ts'

const columns = ['#', 'fault', 'events', 'frames', 'lost', 'doubled', 'reordered', 'gaps', 'other', 'whole after', 'seed', 'seen']

const others: readonly InvariantName[] = ['I2', 'I7', 'I8', 'I9', 'I10']

const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`

export const tableHead = (): string => [line(columns), line(columns.map(() => '---'))].join('\n')

/** One run as a row; `lost` also counts what the event stream lacks. */
export const tableRow = (run: FaultRun): string => {
  const { fault, verdicts, streamed, notes, problems } = run
  const count = (...names: readonly InvariantName[]): number =>
    names.filter((name) => !fault.exempt?.includes(name)).reduce((sum, name) => sum + verdicts[name].count, 0)
  const broken = others.filter((name) => count(name) > 0).join(', ')
  const seen = [...notes, ...problems.map((problem) => `**${problem}**`)].join('; ')
  return line([
    fault.id,
    fault.title,
    run.messages,
    run.frames,
    count('I1') + streamed.count,
    count('I3'),
    count('I4', 'I6'),
    count('I5'),
    broken === '' ? '–' : `**${broken}**`,
    `${(run.convergedMs / 1_000).toFixed(1)} s`,
    run.seed,
    seen === '' ? '–' : seen.replaceAll('|', '/'),
  ])
}

export const verdictOf = (run: FaultRun): 'holds' | 'BROKEN' => (brokenBy(run).length === 0 ? 'holds' : 'BROKEN')
