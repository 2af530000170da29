import { describe, expect, it } from 'vitest'
import { until } from '../../support/poll.ts'

describe('until', () => {
  it('returns the first result of the probe that is not empty', async () => {
    let tries = 0
    const found = await until('the third try', () => ++tries === 3 && 'found')
    expect(found).toBe('found')
    expect(tries).toBe(3)
  })

  it('returns zero and the empty string as results', async () => {
    expect(await until('zero', () => 0)).toBe(0)
    expect(await until('nothing written', async () => '')).toBe('')
  })

  it('names the awaited condition and the last error of the probe when the time has passed', async () => {
    const failing = until(
      'the lock',
      () => {
        throw new Error('locked')
      },
      { withinMs: 30, everyMs: 5 },
    )
    await expect(failing).rejects.toThrow(/timed out after 30 ms while waiting for the lock.*locked/)
  })

  it('does not report an error if a later probe returned without a result', async () => {
    let tries = 0
    const failing = until(
      'the lock',
      () => {
        tries += 1
        if (tries === 1) throw new Error('locked')
        return undefined
      },
      { withinMs: 300, everyMs: 5 },
    )
    await expect(failing).rejects.toThrow(/for the lock$/)
  })

  it('does not wait for a probe that hangs', async () => {
    const hanging = until('an answer', () => new Promise<never>(() => {}), { withinMs: 30 })
    await expect(hanging).rejects.toThrow(/for an answer/)
  })
})
