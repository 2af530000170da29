import { percentText, whole } from '../tester/units.ts'
import { htmlText } from './html.ts'
import type { LoadReport, Verdict } from './load-report.ts'
import { tooBusy } from './load-report.ts'

type Tone = 'good' | 'bad' | 'plain' | 'warning'

const banner = (tone: Tone, subject: string, title: string, content: string): string =>
  `<section class="banner ${tone}"><p class="subject">${subject}</p><h2>${title}</h2>${content}</section>`

const counts = (verdict: Verdict): string => {
  const names = {
    lost: 'lost',
    duplicated: 'duplicated',
    reordered: 'reordered',
    gaps: 'gaps',
    other: 'other violations',
  } as const
  return Object.entries(names)
    .filter(([key]) => verdict[key as keyof typeof names] > 0)
    .map(([key, name]) => `${whole(verdict[key as keyof typeof names])} ${name}`)
    .join(', ')
}

/** Whether every frame was right, whatever the time it took. */
const correctness = ({ verdict, phase, totals }: LoadReport): string => {
  const subject = 'Correctness'
  if (phase !== undefined) return banner('plain', subject, 'Checked at the end', '<p>The run has not ended.</p>')
  if (verdict === undefined)
    return banner('plain', subject, 'Not checked', '<p>The received frames were not compared with the history of the rooms.</p>')
  if (verdict.problems.length > 0) {
    const problems = verdict.problems.map((problem) => `<li>${htmlText(problem)}</li>`).join('')
    return banner('bad', subject, htmlText(counts(verdict)), `<ul>${problems}</ul>`)
  }
  const checked = `All ${whole(totals.confirmed)} confirmed commands and all ${whole(totals.frames)} received frames agree with the history of the rooms.`
  return banner('good', subject, 'Nothing lost, duplicated or reordered', `<p>${checked}</p>`)
}

/** A number and its unit stay on one line. */
const unbroken = (text: string): string => text.replaceAll(' ', '\u00a0')

/** Whether the numbers are within the limits of `--fail-if`. */
const thresholds = ({ thresholds: results, phase }: LoadReport): string => {
  const subject = 'Thresholds'
  const [total, missed] = [results.length, results.filter(({ isMissed }) => isMissed)]
  if (total === 0)
    return banner(
      'plain',
      subject,
      'None set',
      "<p>An option such as <code>--fail-if 'p99>250ms'</code> sets one.</p>".replace('p99>', 'p99&gt;'),
    )
  if (missed.length === 0)
    return banner('good', subject, total === 1 ? 'Kept' : `All ${total} kept`, phase === undefined ? '' : '<p>So far.</p>')
  const values = missed
    .map(({ name, found, failsIf }) => `<li>${htmlText(`${name} is ${unbroken(found)}; it fails if ${unbroken(failsIf)}`)}</li>`)
    .join('')
  return banner('bad', subject, `${missed.length} of ${total} missed`, `<ul>${values}</ul>`)
}

/** Facts that limit the meaning of the numbers. */
const noticesOf = ({ wasStopped, busy, phase }: LoadReport): readonly string[] => [
  ...(phase === undefined ? [] : [`The run has not ended: ${phase}.`]),
  ...(wasStopped ? ['The run was stopped before its end.'] : []),
  ...(busy.most > tooBusy
    ? [
        `The tester itself was up to ${percentText(busy.most)} busy: the latencies include its own delays. Use --workers, or --agents on more machines.`,
      ]
    : []),
]

/** Two verdicts, which do not depend on each other, and notices. */
export const verdictBanners = (report: LoadReport): string => {
  const notices = noticesOf(report).map((notice) => `<p class="notice">${htmlText(notice)}</p>`)
  return `${notices.join('')}<div class="verdicts">${correctness(report)}${thresholds(report)}</div>`
}
