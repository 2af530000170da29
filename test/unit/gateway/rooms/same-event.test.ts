import { describe, expect, it } from 'vitest'
import { isSameEvent } from '../../../../services/gateway/rooms/same-event.ts'
import { feedFrameText } from '../../../../shared/frames/room-event-frame.ts'
import { uuid } from '../../domain/chat-fixtures.ts'

const [room, id, user, command] = [uuid(1, 1), uuid(3, 1), uuid(2, 1), uuid(3, 2)]
const at = '2026-11-24T15:45:02.289Z'
const message = { id, msg: 'text', type: 'text', user_id: user, created_at: at, modified_at: at, data: { a: 1 } }
const tombstone = { id, msg: '', type: 'html', user_id: user, created_at: at, modified_at: at, deleted: true }
const change = { id: command, user_id: user, created_at: at }

const copy = (event: string, digest: string, body: object, commandId = id) => ({
  event,
  commandId,
  digest,
  frame: feedFrameText(event, room, 2, JSON.stringify(body)),
})
const posted = copy('new-message', 'd', message)
const redacted = copy('new-message', '', tombstone)
const edited = copy('edit-message', 'd', { ...change, message })
const redactedEdit = copy('edit-message', '', { ...change, message: tombstone })
const reaction = { ...change, message: id, reaction: '+', on: true, count: 1 }

describe('Two copies of an event', () => {
  it.each([
    ['are equal', posted, { ...posted }],
    ['are from before and after the deletion of the message', posted, redacted],
    ['are of an edit, from before and after the deletion of the message', edited, redactedEdit],
    ['have the same names, and one has no frame', posted, { ...posted, frame: undefined }],
    ['are from before and after a deletion, and one has no frame', posted, { ...redacted, frame: undefined }],
  ])('are of the same event if they %s', (_what, one, other) => {
    expect([isSameEvent(one, other), isSameEvent(other, one)]).toEqual([true, true])
  })

  it.each([
    ['other command ids', posted, copy('new-message', '', tombstone, command)],
    ['other names', posted, { ...posted, event: 'edit-message' }],
    ['other digests', posted, { ...posted, digest: 'e' }],
    ['other digests, and one has no frame', posted, { ...posted, digest: 'e', frame: undefined }],
    ['the same digest, but other frames', posted, copy('new-message', 'd', { ...message, msg: 'other' })],
    ['the same frame, and one has no digest', posted, { ...posted, digest: '' }],
    ['no digests, but other frames', redacted, copy('new-message', '', message)],
    ['no digest, although the event has no content', copy('set-reaction', 'd', reaction), copy('set-reaction', '', {})],
    ['a message instead of a tombstone', posted, copy('new-message', '', { ...message, msg: 'other' })],
    ['another author', posted, copy('new-message', '', { ...tombstone, user_id: id })],
    ['another message', posted, copy('new-message', '', { ...tombstone, id: command })],
    ['another thread', posted, copy('new-message', '', { ...tombstone, thread: command })],
    ['another quoted message', posted, copy('new-message', '', { ...tombstone, reply_to: command })],
    ['another acting user of an edit', edited, copy('edit-message', '', { ...change, user_id: id, message: tombstone })],
    ['a body without a message', edited, copy('edit-message', '', change)],
  ])('are not of the same event if they have %s', (_what, one, other) => {
    expect([isSameEvent(one, other), isSameEvent(other, one)]).toEqual([false, false])
  })

  it('are not of the same event if one is not JSON', () => {
    expect(isSameEvent(posted, { ...redacted, frame: '{"event":"new-message","body":{"a"}}' })).toBe(false)
  })
})
