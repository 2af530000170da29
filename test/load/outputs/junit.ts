import type { LoadReport, Verdict } from '../report/load-report.ts'

interface Case {
  readonly suite: string
  readonly name: string
  readonly failure?: string
  readonly isSkipped?: boolean
}

const xmlText = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    // Characters that XML does not allow.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to remove
    .replaceAll(/[\0-\x08\x0b\x0c\x0e-\x1f]/g, '')

const checks: Readonly<Record<string, (verdict: Verdict) => number>> = {
  'nothing is lost': ({ lost }) => lost,
  'nothing is duplicated': ({ duplicated }) => duplicated,
  'nothing is reordered': ({ reordered }) => reordered,
  'there are no gaps': ({ gaps }) => gaps,
  'all other invariants hold': ({ other }) => other,
}

const correctnessCases = ({ verdict }: LoadReport): readonly Case[] =>
  Object.entries(checks).map(([name, count]): Case => {
    if (verdict === undefined) return { suite: 'correctness', name, isSkipped: true }
    const violations = count(verdict)
    return violations === 0
      ? { suite: 'correctness', name }
      : { suite: 'correctness', name, failure: [`${violations} violations`, ...verdict.problems].join('\n') }
  })

const thresholdCases = ({ thresholds }: LoadReport): readonly Case[] =>
  thresholds.map(
    ({ text, name, failsIf, found, isMissed }): Case => ({
      suite: 'thresholds',
      name: text,
      ...(isMissed ? { failure: `${name} is ${found}; it fails if ${failsIf}` } : {}),
    }),
  )

const caseXml = ({ suite, name, failure, isSkipped }: Case): string => {
  const [first = ''] = failure?.split('\n') ?? []
  const content =
    failure !== undefined ? `<failure message="${xmlText(first)}">${xmlText(failure)}</failure>` : isSkipped ? '<skipped/>' : ''
  return `    <testcase classname="load.${suite}" name="${xmlText(name)}">${content}</testcase>\n`
}

const suiteXml = (name: string, cases: readonly Case[], { startedAt, tookMs }: LoadReport): string => {
  const failures = cases.filter(({ failure }) => failure !== undefined).length
  const skipped = cases.filter(({ isSkipped }) => isSkipped).length
  const attributes = `name="${name}" tests="${cases.length}" failures="${failures}" skipped="${skipped}" time="${(tookMs / 1_000).toFixed(3)}"`
  return `  <testsuite ${attributes} timestamp="${startedAt.replace(/\.\d+Z$/, '')}">\n${cases.map(caseXml).join('')}  </testsuite>\n`
}

/** Both verdicts as JUnit test cases, which CI systems show. */
export const junitOf = (report: LoadReport): string => {
  const [correctness, thresholds] = [correctnessCases(report), thresholdCases(report)]
  const suites = [
    suiteXml('correctness', correctness, report),
    ...(thresholds.length > 0 ? [suiteXml('thresholds', thresholds, report)] : []),
  ]
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="load test">\n${suites.join('')}</testsuites>\n`
}
