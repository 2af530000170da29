import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { redactedDigest } from '../../../shared/ports/event-store.ts'
import { defaultLimits } from '../../../shared/protocol/limits.ts'
import { roomWithChanges } from '../room-with-changes.ts'
import type { OpenStore } from '../stored-chat.ts'

export const redactionTests = (opened: () => OpenStore): void => {
  const start = async () => ({ ...(await roomWithChanges(opened().store)), id: randomUUID() })

  it('puts the tombstone into the posted event and into each edit, and empties their digests', async () => {
    const { ann, bob, post, edit, remove, act, events, id } = await start()
    await act(post(bob, 'canary', { data: { canary: 1 }, mentions: [ann] }, id), post(bob, 'other'), edit(bob, id, 'canary'))
    const [deletion] = await act(edit(bob, id, 'canary too'), remove(ann, id)).then((outcomes) => outcomes.slice(1))
    if (typeof deletion !== 'object') throw new Error('not deleted')
    const { message: tombstone } = JSON.parse(deletion.data) as { message: object }
    const stored = await events()
    expect(JSON.stringify(stored)).not.toContain('canary')
    expect(stored.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6])
    expect(stored[1]).toMatchObject({ digest: redactedDigest, data: JSON.stringify(tombstone) })
    for (const edited of [stored[3], stored[4]]) {
      expect(edited?.digest).toBe(redactedDigest)
      const { id: commandId, created_at: at } = JSON.parse(edited?.data ?? '') as { id: string; created_at: string }
      expect(edited?.data).toBe(JSON.stringify({ id: commandId, user_id: bob, created_at: at, message: tombstone }))
      expect(commandId).toBe(edited?.commandId)
    }
    expect(stored[2]?.digest).not.toBe(redactedDigest)
  })

  it('of a message of the same batch stores nothing of its content', async () => {
    const { bob, post, edit, remove, act, events, id } = await start()
    await act(post(bob, 'canary', {}, id), edit(bob, id, 'canary'), remove(bob, id))
    expect(JSON.stringify(await events())).not.toContain('canary')
  })

  it('answers the repeated command of a deleted message with the tombstone, to its author only', async () => {
    const { ann, bob, stranger, post, edit, remove, act, codes, id } = await start()
    const [posted, edited] = [post(bob, 'canary', {}, id), edit(bob, id, 'canary')]
    const [, , , again] = await act(posted, edited, remove(bob, id), posted)
    expect(again).toMatchObject({ seq: 2, data: expect.stringContaining('"deleted":true') })
    const later = await act(posted, edited, { ...posted, digest: 'another' })
    expect(later).toMatchObject([{ seq: 2 }, { seq: 3 }, { seq: 2 }])
    expect(JSON.stringify(later)).not.toContain('canary')
    expect(await codes(post(ann, 'mine', {}, id), post(stranger, 'mine', {}, id))).toEqual(['conflict', 'forbidden'])
  })

  it('returns a redacted event as the outcome of every command with its id', async () => {
    const { bob, room, post, remove, act, id } = await start()
    const posted = post(bob, 'canary', {}, id)
    await act(posted, remove(bob, id))
    const outcomes = await opened().store.outcomes(['another', posted.digest].map((digest) => ({ room, id, digest })))
    const redacted = { kind: 'event', digest: redactedDigest, event: { seq: 2, commandId: id } }
    expect(outcomes).toMatchObject([redacted, redacted])
  })

  it('decides later commands by the messages as they are', async () => {
    const { ann, bob, room, post, edit, remove, react, pin, act, codes, id } = await start()
    expect(await codes(edit(ann, id, 'none'), post(ann, 'hi', {}, id), edit(bob, id, 'not mine'))).toEqual([
      'unknown_message',
      'ok',
      'forbidden',
    ])
    await act(react(bob, id, '+'))
    const outcomes = await act(react(bob, id, '+'), react(ann, id, '+'), react(bob, id, '+', false), react(bob, id, '-', false))
    const counts = outcomes.map((outcome) => (typeof outcome === 'string' ? outcome : JSON.parse(outcome.data).count))
    expect(counts).toEqual([1, 2, 1, 0])
    expect(await codes(pin(bob, id), pin(ann, id), remove(bob, id), remove(ann, id))).toEqual([
      'forbidden',
      'ok',
      'forbidden',
      'ok',
    ])
    expect(await codes(remove(ann, id), edit(ann, id, 'late'), react(ann, id, '+'), pin(ann, room))).toEqual(
      Array.from({ length: 4 }, () => 'unknown_message'),
    )
  })

  it('limits the edits of a message, so that its deletion is one short statement', async () => {
    const { bob, post, edit, remove, codes, events, id } = await start()
    const most = defaultLimits.editsPerMessage
    await codes(post(bob, 'canary', {}, id), ...Array.from({ length: most - 1 }, () => edit(bob, id, 'canary')))
    expect(await codes(edit(bob, id, 'canary'), edit(bob, id, 'canary'))).toEqual(['ok', 'invalid'])
    expect(await codes(edit(bob, id, 'canary'), remove(bob, id))).toEqual(['invalid', 'ok'])
    expect(JSON.stringify(await events())).not.toContain('canary')
  })

  it('limits the different reactions to a message, and the pinned messages of a room', async () => {
    const { ann, bob, post, react, pin, codes, remove, id } = await start()
    await codes(post(ann, 'hi', {}, id))
    const fifty = Array.from({ length: 50 }, (_, n) => react(ann, id, `r${n}`))
    expect(new Set(await codes(...fifty))).toEqual(new Set(['ok']))
    expect(await codes(react(bob, id, 'new'), react(bob, id, 'r7'), react(ann, id, 'r1', false), react(bob, id, 'new'))).toEqual([
      'invalid',
      'ok',
      'ok',
      'ok',
    ])
    const ids = Array.from({ length: 101 }, () => randomUUID())
    await codes(...ids.map((each) => post(ann, 'pinned', {}, each)))
    const pins = await codes(...ids.map((each) => pin(ann, each)))
    expect(pins.map((code, n) => (code === 'ok' ? undefined : [n, code])).filter(Boolean)).toEqual([[100, 'invalid']])
    const [first = '', last = ''] = [ids[0], ids[100]]
    expect(await codes(remove(ann, first), pin(ann, last))).toEqual(['ok', 'ok'])
  })
}
