import { describe, expect, it } from 'vitest'
import { problemsOfRuns, seedParts } from '../world/simulation-seeds.ts'
import { simulateRules } from './simulate-rules.ts'

const [seeds = []] = seedParts(1, 300)

describe('Roles and rules under random commands', () => {
  it('permit every stored event at its own time, and every refused message lacks a role', { timeout: 120_000 }, async () => {
    expect(await problemsOfRuns(seeds, simulateRules)).toEqual([])
  })

  it('store every type of event of a chat in a few runs', async () => {
    const types = new Set<string>()
    for (let seed = 1; seed <= 5; seed += 1) for (const type of (await simulateRules(seed)).types) types.add(type)
    expect([...types].toSorted()).toEqual([
      'ChatCreated',
      'ChatUpdated',
      'MembersUpdated',
      'MessageDeleted',
      'MessageEdited',
      'MessagePosted',
      'PinSet',
      'ReactionSet',
      'UsersAdded',
      'UsersRemoved',
    ])
  })
})
