import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../../shared/runtime/process/system-clock.ts'

const run = promisify(execFile)
const clockFile = new URL('../../../../shared/runtime/process/system-clock.ts', import.meta.url).href

describe('the system clock', () => {
  it('never calls back early', async () => {
    const startedMs = systemClock.monotonicMs()
    await new Promise<void>((resolve) => systemClock.after(20, resolve))
    expect(systemClock.monotonicMs() - startedMs).toBeGreaterThanOrEqual(19)
  })

  it('never calls back synchronously', async () => {
    const calls: string[] = []
    const called = new Promise<void>((resolve) => {
      systemClock.after(0, () => {
        calls.push('callback')
        resolve()
      })
    })
    calls.push('caller')
    await called
    expect(calls).toEqual(['caller', 'callback'])
  })

  it.each([0, 1])('does not call back after it was cancelled (delay %i)', async (delayMs) => {
    let isCalled = false
    const timer = systemClock.after(delayMs, () => {
      isCalled = true
    })
    timer.cancel()
    timer.cancel()
    await new Promise<void>((resolve) => systemClock.after(10, resolve))
    expect(isCalled).toBe(false)
  })

  it('returns the time of day', () => {
    expect(Math.abs(systemClock.nowMs() - Date.now())).toBeLessThan(1_000)
  })

  it('does not keep the process alive', async () => {
    const script = `import { systemClock } from ${JSON.stringify(clockFile)}; systemClock.after(3_600_000, () => {}); console.log('set')`
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { timeout: 10_000 })
    expect(stdout).toBe('set\n')
  })
})
