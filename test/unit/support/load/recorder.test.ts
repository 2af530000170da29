import { describe, expect, it } from 'vitest'
import type { OperationEvent } from '../../../support/load/entry.ts'
import type { FrameView } from '../../../support/load/frame-view.ts'
import { createLoadContext } from '../../../support/load/load-context.ts'
import type { Settled } from '../../../support/load/sending.ts'

const source = { socket: 1, user: 1, isSlow: false }
const confirmed: Settled = { outcome: 'ok', code: 'none', seq: 2, retryAfterMs: 0 }
const refused: Settled = { outcome: 'failed', code: 'unknown_message', seq: 0, retryAfterMs: 0 }

const recorded = () => {
  const context = createLoadContext({ tag: 1, seed: 1, startMs: 0 })
  const { recorder, now } = context
  const command = (event: OperationEvent, ms: number, settled: Settled): void => {
    const sending = { event, room: 1, command: 1, intendedMs: now() - ms, text: () => '' }
    recorder.sent(source, sending, 1)
    recorder.settled(source, sending, 1, settled)
  }
  const frame = (event: OperationEvent, ms: number): void => {
    const view: FrameView = {
      kind: 'feed',
      event,
      operation: 0,
      room: 1,
      seq: 2,
      command: 1,
      intendedMs: now() - ms,
      commonFrom: 1,
    }
    recorder.frame(source, view, Buffer.from('{}'))
  }
  return { ...context, command, frame }
}

describe('The recorder of a load', () => {
  it('measures each kind of commands apart, so that slow edits do not change the latencies of messages', () => {
    const { command, frame, latencies, kinds } = recorded()
    for (let message = 0; message < 3; message += 1) command('new-message', 10, confirmed)
    command('edit-message', 5_000, confirmed)
    frame('new-message', 20)
    frame('edit-message', 6_000)
    expect(latencies.stored.summary().count).toBe(3)
    expect(latencies.stored.summary().max).toBeLessThan(1_000)
    expect(latencies.received.summary()).toMatchObject({ count: 1 })
    const edits = kinds.all().get('edits')
    expect(edits?.stored.summary().p50).toBeGreaterThan(4_000)
    expect(edits?.received.summary().p50).toBeGreaterThan(5_000)
    expect(kinds.all().get('messages')?.stored.summary()).toEqual(latencies.stored.summary())
  })

  it('counts what was sent, confirmed and refused of each kind', () => {
    const { command, kinds, counts } = recorded()
    command('new-message', 1, confirmed)
    command('set-reaction', 1, confirmed)
    command('set-reaction', 1, refused)
    expect(kinds.all().get('reactions')?.counts).toEqual({ sent: 2, confirmed: 1, refused: 1 })
    expect(counts).toMatchObject({ sent: 3, confirmed: 2, refused: { unknown_message: 1 } })
  })

  it('measures no kind for the creation of rooms and for changes of members', () => {
    const { command, frame, kinds, latencies } = recorded()
    command('create-chat', 5_000, confirmed)
    command('add-users', 5_000, confirmed)
    frame('add-users', 5_000)
    expect([...kinds.all().keys()]).toEqual([])
    expect(latencies.received.summary().count).toBe(0)
  })
})
