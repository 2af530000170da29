import { describe, expect, it } from 'vitest'
import { runFixture } from './fixture-run.ts'

const test = (body: string): string => `import { beforeAll, describe, expect, it } from 'vitest'\n${body}\n`
const passes = test(`it('passes', () => { expect(1).toBe(1) })`)

const missingStack = `export default (project) => project.provide('stack', { missing: 'no Java here' })`
const needsStack = test(`describe.skipIf(true)('on a stack', () => { it('a', () => {}); it('b', () => {}) })`)

describe('The last line of a run', () => {
  it('counts the passed tests, and the run ends with 0', () => {
    const { status, lines } = runFixture({ 'a.test.ts': passes, 'b.test.ts': passes })
    expect(lines.at(-1)).toBe('2 passed, 0 failed, 0 skipped')
    expect(status).toBe(0)
  })

  it('counts failed tests, files that cannot be imported, hooks that throw and files without tests', () => {
    const { status, lines } = runFixture({
      'a.test.ts': passes,
      'fails.test.ts': test(`it('fails', () => { expect(1).toBe(2) })`),
      'import.test.ts': `import './nowhere.ts'\n${passes}`,
      'hook.test.ts': test(`describe('s', () => { beforeAll(() => { throw new Error('no') }); it('never', () => {}) })`),
      'empty.test.ts': 'export {}',
    })
    expect(lines.at(-1)).toBe('1 passed, 4 failed, 1 skipped')
    expect(status).toBe(1)
  })

  it('counts uncaught errors', () => {
    const stray = test(
      `it('passes', async () => { void Promise.reject(new Error('stray')); await new Promise((go) => setTimeout(go, 50)) })`,
    )
    const { status, lines } = runFixture({ 'a.test.ts': stray })
    expect(lines.slice(-2)).toEqual([' FAIL  uncaught error: Error: stray', '1 passed, 1 failed, 0 skipped'])
    expect(status).toBe(1)
  })

  it('counts a file whose process was killed', () => {
    const { status, lines } = runFixture({
      'a.test.ts': passes,
      'dies.test.ts': `process.kill(process.pid, 'SIGKILL')\n${passes}`,
    })
    expect(lines.at(-1)).toMatch(/^1 passed, [1-9] failed, 0 skipped$/)
    expect(status).toBe(1)
  })

  it('is a failure if there are no tests', () => {
    const { status, lines } = runFixture({})
    expect(lines.at(-1)).toBe('0 passed, 1 failed, 0 skipped')
    expect(status).toBe(1)
  })

  it('is a failure when the set-up or the tear-down of the run fails', () => {
    for (const setup of [
      `export default () => { throw new Error('no') }`,
      `export default () => () => { throw new Error('no') }`,
    ]) {
      const { status, lines } = runFixture({ 'a.test.ts': passes, 'setup.ts': setup })
      expect(lines.at(-1)).toMatch(/^[01] passed, 1 failed, 0 skipped$/)
      expect(status).toBe(1)
    }
  })

  it('counts a file with `it.only` as failed', () => {
    const only = test(`it.only('this one', () => {}); it('not this one', () => {})`)
    const { status, lines } = runFixture({ 'a.test.ts': only }, { ci: 'true' })
    expect(lines.at(-1)).toMatch(/, [1-9] failed, /)
    expect(status).toBe(1)
  })
})

describe('A suite that did not run', () => {
  it('is reported with the reason, and is no failure on the machine of a developer', () => {
    const { status, lines } = runFixture({ 'a.test.ts': passes, 'stack.test.ts': needsStack, 'setup.ts': missingStack })
    expect(lines.slice(-3)).toEqual(['NOT RUN  stack.test.ts (2): no stack: no Java here', '', '1 passed, 0 failed, 2 skipped'])
    expect(status).toBe(0)
  })

  it('is a failure under CI', () => {
    const { status, lines } = runFixture(
      { 'a.test.ts': passes, 'stack.test.ts': needsStack, 'setup.ts': missingStack },
      { ci: 'true' },
    )
    expect(lines).toContain('NOT RUN  under CI this is a failure')
    expect(lines.at(-1)).toBe('1 passed, 1 failed, 2 skipped')
    expect(status).toBe(1)
  })

  it('is reported with the reason that its test states', () => {
    const skips = test(`it('skips', ({ skip }) => { skip('not on this system') })`)
    const { lines } = runFixture({ 'a.test.ts': passes, 'b.test.ts': skips })
    expect(lines).toContain('NOT RUN  b.test.ts (1): not on this system')
  })
})

describe('The file filter', () => {
  it('runs only the named file', () => {
    const { status, lines } = runFixture({ 'a.test.ts': passes, 'b.test.ts': passes }, { args: ['b.test.ts'] })
    expect(lines.at(-1)).toBe('1 passed, 0 failed, 0 skipped')
    expect(status).toBe(0)
  })
})
