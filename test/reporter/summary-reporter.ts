import type { Reporter, TestSpecification, Vitest } from 'vitest/node'
import type { Tally } from './tally.ts'
import { tally } from './tally.ts'

const nothingRan: Tally = { passed: 0, failed: 1, skipped: 0, notRun: [], unlisted: [] }

const notRunLines = ({ notRun }: Tally, isCi: boolean): string[] => {
  if (notRun.length === 0) return []
  const lines = notRun.map(({ file, tests, reason }) => `NOT RUN  ${file} (${tests}): ${reason}`)
  const verdict = isCi && notRun.some(({ lacksStack }) => lacksStack) ? ['NOT RUN  under CI this is a failure'] : []
  return ['', ...lines, ...verdict, '']
}

/** In the form in which vitest lists a failed test, so that a search of the output finds both. */
const unlistedLines = ({ unlisted }: Tally): string[] => unlisted.map((line) => ` FAIL  ${line}`)

/** The tally with at least one failure if the run ends with an error; under CI, suites without their stack count as failed. */
const withFailures = (seen: Tally, exitCode: number, isCi: boolean): Tally => {
  const lacking = isCi ? seen.notRun.filter(({ lacksStack }) => lacksStack).length : 0
  const failed = seen.failed + lacking
  return { ...seen, failed: failed === 0 && exitCode !== 0 ? 1 : failed }
}

/**
 * Prints `N passed, N failed, N skipped` as the last line of a run, and before
 * it the failures that belong to no test, and the suites that did not run, with
 * the reasons.
 *
 * Promises:  prints the line unless the process is killed. The exit code is 0
 *            only if the line has `0 failed` and a test ran. Under CI a suite
 *            without its stack is a failure.
 * Does not:  print in watch mode.
 */
export const summaryReporter = (): Reporter => {
  let root = ''
  let isByName = false
  let specifications: readonly TestSpecification[] = []
  let seen: Tally | undefined

  const atExit = (exitCode: number): void => {
    const isCi = process.env.CI === 'true' || process.env.CI === '1'
    const result = withFailures(seen ?? nothingRan, exitCode, isCi)
    if (result.failed > 0 && exitCode === 0) process.exitCode = 1
    const sum = `${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped`
    process.stdout.write(`${[...unlistedLines(result), ...notRunLines(result, isCi), sum].join('\n')}\n`)
  }

  return {
    onInit: (vitest: Vitest) => {
      root = vitest.config.root
      isByName = vitest.config.testNamePattern !== undefined
      // Teardowns and late errors come before the exit.
      if (!vitest.config.watch) process.once('exit', atExit)
    },
    onTestRunStart: (planned) => {
      specifications = planned
    },
    onTestRunEnd: (modules, unhandled) => {
      const whole = tally({ root, specifications, modules, unhandled })
      // With a filter by name, skipped tests are expected.
      seen = isByName ? { ...whole, notRun: [] } : whole
    },
  }
}
