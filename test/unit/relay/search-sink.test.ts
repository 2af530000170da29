import { describe, expect, it } from 'vitest'
import { changeBy, searchSink } from '../../../services/relay/search/search-sink.ts'
import type { IndexChange } from '../../../shared/ports/search-index.ts'
import { allRoomEvents } from '../../../shared/room-events/room-events.ts'

const [room, message, author] = [1, 2, 3].map((n) => `01a20e3b-6111-7eb9-a052-16a1449e88a${n}`) as [string, string, string]
const at = '2026-11-24T15:45:02.232Z'
const text = { id: message, msg: 'Hungry?', type: 'text', user_id: author, created_at: at, modified_at: at }
const tombstone = { ...text, msg: '', deleted: true }
const change = (body: object) => ({ id: author, user_id: author, created_at: at, ...body })
const relayed = (event: string, body: object, seq = 7) => ({ room, seq, event, body: JSON.stringify(body) })

describe('the change of the search index by an event', () => {
  it('is the text of a posted message, or of an edited one, with the seq of the event as its version', () => {
    const expected = { room, message, author, version: 7, text: 'Hungry?' }
    expect(changeBy(relayed('new-message', text))).toEqual(expected)
    expect(changeBy(relayed('edit-message', change({ message: text })))).toEqual(expected)
  })

  it('removes a deleted message, also by its redacted event', () => {
    const expected = { room, message }
    expect(changeBy(relayed('delete-message', change({ message: tombstone })))).toEqual(expected)
    expect(changeBy(relayed('new-message', tombstone))).toEqual(expected)
    expect(changeBy(relayed('edit-message', change({ message: tombstone })))).toEqual(expected)
  })

  it('removes the deleted messages of the range of an erasure', () => {
    expect(changeBy(relayed('erase', { id: author, from: 2, before: 12, users: [] }))).toEqual({ room, from: 2, before: 12 })
  })

  it('is none for events that carry no text of a message', () => {
    const others = allRoomEvents.filter(({ name }) => !['new-message', 'edit-message', 'delete-message', 'erase'].includes(name))
    for (const { name, examples } of others) {
      const { body } = examples.feed as { body: object }
      expect([name, changeBy(relayed(name, body))]).toEqual([name, undefined])
    }
  })
})

it('the search sink hands all changes of its events to the index in one call', async () => {
  const calls: (readonly IndexChange[])[] = []
  const index = { apply: async (changes: readonly IndexChange[]) => void calls.push(changes) }
  const sink = searchSink({ ...index, search: async () => ({ messages: [] }) })
  await sink.deliver([
    relayed('new-message', text),
    relayed('set-pin', change({ message, on: true })),
    relayed('erase', { from: 1, before: 3 }),
  ])
  expect(calls).toEqual([
    [
      { room, message, author, version: 7, text: 'Hungry?' },
      { room, from: 1, before: 3 },
    ],
  ])
})
