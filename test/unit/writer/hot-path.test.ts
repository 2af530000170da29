import { describe, expect, it } from 'vitest'
import { ann, edit, post } from '../domain/chat-fixtures.ts'
import { expectedHotPath, plainId, rigWithRoom, runHotPath } from './hot-path-run.ts'

describe('A plain new-message', () => {
  it('costs one append per batch and no read in a room that the writer remembers', async () => {
    const { rig, calls } = await rigWithRoom()
    await rig.send(post(ann, 'one'), post(ann, 'two'), post(ann, 'three'))
    expect(calls).toEqual(['append'])
  })

  it('costs the same beside commands that change messages: one read of these messages, and one append', async () => {
    const { rig, calls } = await rigWithRoom()
    await rig.send(post(ann, 'one', { id: plainId }), post(ann, 'two'), edit(ann, plainId))
    expect(calls).toEqual(['read', 'append'])
    calls.length = 0
    await rig.send(post(ann, 'three'))
    expect(calls).toEqual(['append'])
  })

  it('is published with the bytes of version 1, and no flag in the header', async () => {
    expect((await runHotPath()).published).toEqual(expectedHotPath.published)
  })

  it('is written to the event stream with the bytes of version 1', async () => {
    expect((await runHotPath()).streamed).toEqual(expectedHotPath.streamed)
  })
})
