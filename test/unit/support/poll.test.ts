import { describe, expect, it } from 'vitest'
import { until } from '../../support/poll.ts'

describe('until', () => {
  it('gives what the probe found once it found something', async () => {
    let tries = 0
    const found = await until('the third try', () => ++tries === 3 && 'found')
    expect(found).toBe('found')
    expect(tries).toBe(3)
  })

  it('takes zero and the empty string for findings', async () => {
    expect(await until('zero', () => 0)).toBe(0)
    expect(await until('nothing written', async () => '')).toBe('')
  })

  it('names what it waited for and the last error of the probe', async () => {
    const failing = until(
      'the door',
      () => {
        throw new Error('locked')
      },
      { withinMs: 30, everyMs: 5 },
    )
    await expect(failing).rejects.toThrow(/30 ms in vain for the door.*locked/)
  })

  it('forgets an error when a later probe only found nothing', async () => {
    let tries = 0
    const failing = until(
      'the door',
      () => {
        tries += 1
        if (tries === 1) throw new Error('locked')
        return undefined
      },
      { withinMs: 30, everyMs: 5 },
    )
    await expect(failing).rejects.toThrow(/for the door$/)
  })

  it('does not wait for a probe that hangs', async () => {
    const hanging = until('an answer', () => new Promise<never>(() => {}), { withinMs: 30 })
    await expect(hanging).rejects.toThrow(/for an answer/)
  })
})
