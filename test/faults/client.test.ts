import { describe, expect, it } from 'vitest'
import { problemsOf } from '../support/checker/check.ts'
import { stackKind } from '../support/stack/start-stack.ts'
import { chatUnderFaults, runUnderFaults } from './apps-under-faults.ts'
import { ownChat } from './own-chat.ts'

describe.skipIf(stackKind() === 'env')('Applications on the client, while faults hit the service', () => {
  const own = ownChat(chatUnderFaults)

  it('receive events that satisfy all invariants, as on one connection that never breaks', { timeout: 300_000 }, async () => {
    const { verdicts, messages, unfulfilled, returns } = await runUnderFaults(own())
    expect(problemsOf(verdicts)).toEqual([])
    expect(messages).toBeGreaterThan(200)
    expect(unfulfilled).toBe(0)
    for (const times of returns) expect(times).toBeGreaterThan(0)
  })
})
