import type { InvariantName } from '../../support/checker/check.ts'
import { invariants } from '../../support/checker/check.ts'
import type { FaultRun } from './run-fault.ts'

const names = Object.keys(invariants) as readonly InvariantName[]

const columns = [
  ...['#', 'fault', 'also expected', 'events', 'frames', 'lost', 'duplicated', 'reordered'],
  ...names,
  ...['complete after', 'seed', 'observed'],
]

/** A table row in Markdown. */
export const markdownRow = (cells: readonly (string | number)[]): string =>
  `| ${cells.map((cell) => String(cell).replaceAll('|', '/').replaceAll('\n', ' ')).join(' | ')} |`

export const markdownHead = (titles: readonly string[]): string =>
  [markdownRow(titles), markdownRow(titles.map(() => '---'))].join('\n')

export const tableHead = (): string => markdownHead(columns)

/** One run as a row; `lost` includes events that are missing from the event stream. */
export const tableRow = (run: FaultRun): string => {
  const { fault, verdicts, streamed, notes, problems } = run
  const isExempt = (name: InvariantName): boolean => fault.exempt?.includes(name) ?? false
  const count = (...some: readonly InvariantName[]): number =>
    some.filter((name) => !isExempt(name)).reduce((sum, name) => sum + verdicts[name].count, 0)
  const judged = (name: InvariantName): string => {
    if (isExempt(name)) return '–'
    return count(name) === 0 ? '✓' : `**${count(name)}**`
  }
  const seen = [...notes, ...problems.map((problem) => `**${problem}**`)].join('; ')
  return markdownRow([
    ...[fault.id, fault.title, fault.expectation, run.messages, run.frames],
    ...[count('I1') + streamed.count, count('I3'), count('I4', 'I6')],
    ...names.map(judged),
    ...[`${(run.convergedMs / 1_000).toFixed(1)} s`, run.seed, seen === '' ? '–' : seen],
  ])
}
