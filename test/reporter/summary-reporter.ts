import type { Reporter, TestSpecification, Vitest } from 'vitest/node'
import type { Tally } from './tally.ts'
import { tally } from './tally.ts'

const nothingRan: Tally = { passed: 0, failed: 1, skipped: 0, notRun: [] }

const loud = ({ notRun }: Tally, isCi: boolean): string[] => {
  if (notRun.length === 0) return []
  const lines = notRun.map(({ file, tests, reason }) => `NOT RUN  ${file} (${tests}): ${reason}`)
  const verdict = isCi && notRun.some(({ lacksStack }) => lacksStack) ? ['NOT RUN  under CI this is a failure'] : []
  return ['', ...lines, ...verdict, '']
}

/** A run that ends badly never says that nothing failed. */
const judged = (seen: Tally, exitCode: number, isCi: boolean): Tally => {
  const lacking = isCi ? seen.notRun.filter(({ lacksStack }) => lacksStack).length : 0
  const failed = seen.failed + lacking
  return { ...seen, failed: failed === 0 && exitCode !== 0 ? 1 : failed }
}

/**
 * Prints, as the very last line of a run, `N passed, N failed, N skipped`,
 * and before it what did not run and why.
 *
 * Promises:  the line comes however the run ends, short of a kill; the exit
 *            code is 0 only if it says `0 failed` and something ran. Under CI
 *            a suite that lacks its stack is a failure.
 * Does not:  speak in watch mode.
 */
export const summaryReporter = (): Reporter => {
  let root = ''
  let isByName = false
  let specifications: readonly TestSpecification[] = []
  let seen: Tally | undefined

  const atExit = (exitCode: number): void => {
    const isCi = process.env.CI === 'true' || process.env.CI === '1'
    const result = judged(seen ?? nothingRan, exitCode, isCi)
    if (result.failed > 0 && exitCode === 0) process.exitCode = 1
    const sum = `${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped`
    process.stdout.write(`${[...loud(result, isCi), sum].join('\n')}\n`)
  }

  return {
    onInit: (vitest: Vitest) => {
      root = vitest.config.root
      isByName = vitest.config.testNamePattern !== undefined
      // Only then have teardowns and late errors had their say.
      if (!vitest.config.watch) process.once('exit', atExit)
    },
    onTestRunStart: (planned) => {
      specifications = planned
    },
    onTestRunEnd: (modules, unhandled) => {
      const whole = tally({ root, specifications, modules, unhandled })
      // Whoever picks tests by name knows that the others do not run.
      seen = isByName ? { ...whole, notRun: [] } : whole
    },
  }
}
