import { describe, expect, it } from 'vitest'
import { tryMutant } from '../../support/simulation/mutant.ts'
import { rules } from './rules.ts'
import { writerRules } from './writer-rules.ts'

const seeds = Array.from({ length: 100 }, (_, index) => index + 1)

describe.concurrent('The simulation notices when it is no longer so that', () => {
  it.each(rules)('$rule', { timeout: 120_000 }, async ({ shownBy, rule: _rule, ...mutation }) => {
    const verdict = await tryMutant(mutation, shownBy === undefined ? seeds : [shownBy, ...seeds])
    expect(verdict?.problem).toBeDefined()
  })
})

describe.concurrent('The simulation of writers notices when it is no longer so that', () => {
  it.each(writerRules)('$rule', { timeout: 120_000 }, async ({ file, from, to, shownBy }) => {
    const verdict = await tryMutant({ file, from, to }, shownBy === undefined ? seeds : [shownBy, ...seeds], 'writer')
    expect(verdict?.problem).toBeDefined()
  })
})

describe('A mutant', () => {
  it('that cannot be made is an error', async () => {
    const mutation = { file: 'services/gateway/rooms/room-feeds.ts', from: 'what does not stand there', to: '' }
    await expect(tryMutant(mutation, [1])).rejects.toThrow('holds 0 times')
  })

  it('that changes nothing is not caught', async () => {
    const mutation = { file: 'services/gateway/rooms/room-feeds.ts', from: 'const pass = (', to: 'const pass =  (' }
    expect(await tryMutant(mutation, [1, 2])).toBeUndefined()
  })
})
