import { describe, expect, it } from 'vitest'
import { offlineOf } from '../../../../services/relay/push/presence.ts'
import type { RelayedEvent } from '../../../../services/relay/sink.ts'
import { channels } from '../../../../shared/records/publications.ts'
import { at } from '../../../contract/stored-chat.ts'
import { postedEvent, pushRig, testMaxAgeMs } from './push-rig.ts'

const message = '{"id":"m","msg":"edited","created_at":"2025-01-02T03:04:06.006Z"}'

const arriving = (more: Readonly<Record<string, unknown>> = {}, event = 'new-message'): RelayedEvent => {
  const { stream: room, seq, data: body } = postedEvent(more)
  return { room, seq, event, body }
}

describe('The request of a notification', () => {
  it('has the newest text of the message, its chat and author, and the recipients with their unread messages', async () => {
    const { content } = pushRig({ message })
    const event = postedEvent()
    expect(JSON.parse((await content.bodyOf(event)) ?? '')).toEqual({
      v: 1,
      event: 'push',
      room: event.stream,
      seq: 5,
      chat: { name: 'Lunch' },
      author: { user: 'ann', externalUserId: 'ext-ann', name: 'Ann' },
      recipients: [
        { user: 'bob', externalUserId: 'ext-bob', unread: 2 },
        { user: 'cyd', externalUserId: 'ext-cyd', unread: 2 },
      ],
      message: JSON.parse(message),
    })
  })

  it('leaves out the members who are online', async () => {
    const rig = pushRig({ message })
    rig.online('bob')
    expect(await rig.recipients(postedEvent())).toEqual(['cyd'])
    rig.online('cyd')
    expect(await rig.recipients(postedEvent())).toBeUndefined()
    expect(rig.skipped).toEqual(['nobody'])
    expect(rig.contentReads).toBe(1)
  })

  it('names a member whose last socket has just closed, though a gateway still holds its channel', async () => {
    const rig = pushRig({ message })
    rig.online('bob')
    rig.online('cyd')
    rig.close('bob')
    expect(await rig.recipients(postedEvent())).toEqual(['bob'])
  })

  it('leaves out a member who has a socket on another gateway than the one that it left', async () => {
    const counts = new Map([
      [channels.user('bob'), 2],
      [channels.left('bob'), 1],
      [channels.user('cyd'), 2],
      [channels.left('cyd'), 2],
    ])
    const fanOut = { listeners: async (asked: readonly string[]) => asked.map((name) => counts.get(name) ?? 0) }
    expect(await offlineOf(fanOut, ['ann', 'bob', 'cyd'])).toEqual(['ann', 'cyd'])
  })

  it('leaves out a member who was removed while it was made, and is not made if nobody remains', async () => {
    const rig = pushRig({ message })
    rig.leave('bob')
    expect(await rig.recipients(postedEvent())).toEqual(['cyd'])
    rig.leave('cyd')
    expect(await rig.recipients(postedEvent())).toBeUndefined()
    expect(rig.skipped).toEqual(['nobody'])
  })

  it('names the members who are online too while the fan-out is down', async () => {
    const rig = pushRig({ message })
    rig.online('bob')
    rig.takeDown()
    expect(await rig.recipients(postedEvent())).toEqual(['bob', 'cyd'])
    expect(rig.unknown).toBe(1)
  })

  it('asks for the members who are mentioned by name, and for nobody if all are', async () => {
    const rig = pushRig({ message })
    await rig.content.bodyOf(postedEvent({ mentions: ['bob', 'zoe'] }))
    await rig.content.bodyOf(postedEvent({ mentions: 'all' }))
    expect(rig.asked.map(({ mentioned, most }) => [mentioned, most])).toEqual([
      [['bob', 'zoe'], 1_000],
      [[], 1_000],
    ])
  })

  it('is sent to a member who has muted the chat only for a mention by name, not for one of all members', async () => {
    const rig = pushRig({ message })
    rig.members[1] = { user: 'bob', since: 0, readUpTo: 0, isMuted: true }
    expect(await rig.recipients(postedEvent())).toEqual(['cyd'])
    expect(await rig.recipients(postedEvent({ mentions: 'all' }))).toEqual(['cyd'])
    expect(await rig.recipients(postedEvent({ mentions: ['bob'] }))).toEqual(['bob', 'cyd'])
  })

  it('is not made for a silent message, even if it mentions a member', async () => {
    const rig = pushRig({ message })
    expect(await rig.content.bodyOf(postedEvent({ silent: true, mentions: ['bob'] }))).toBeUndefined()
    expect(rig.skipped).toEqual(['silent'])
  })

  it('is not made for a message that was deleted before its event was read, or after its recipients were', async () => {
    const rig = pushRig({ message })
    expect(await rig.content.bodyOf(postedEvent({ msg: '', deleted: true }))).toBeUndefined()
    expect(rig.asked).toEqual([])
    rig.delete()
    expect(await rig.content.bodyOf(postedEvent())).toBeUndefined()
    expect(rig.asked).toHaveLength(1)
    expect(rig.skipped).toEqual(['deleted', 'deleted'])
  })

  it('is not made for a message that has become older than the bound while requests failed', async () => {
    const rig = pushRig({ message })
    rig.pass(testMaxAgeMs - 1_000)
    expect(await rig.recipients(postedEvent())).toEqual(['bob', 'cyd'])
    rig.pass(1)
    expect(await rig.recipients(postedEvent())).toBeUndefined()
    expect(rig.skipped).toEqual(['old'])
  })

  it('is not made for other events of a room', async () => {
    const { content, skipped } = pushRig({ message })
    expect(await content.bodyOf({ ...postedEvent(), name: 'edit-message' })).toBeUndefined()
    expect(skipped).toEqual([])
  })
})

describe('The sink of notifications', () => {
  it('takes only new messages that are not older than the bound, so that an import notifies nobody', () => {
    const { content, skipped } = pushRig({ message })
    expect(content.mayCause(arriving())).toBe(true)
    expect(content.mayCause(arriving({}, 'edit-message'))).toBe(false)
    expect(skipped).toEqual([])
    expect(content.mayCause(arriving({ created_at: at(-testMaxAgeMs) }))).toBe(false)
    expect(skipped).toEqual(['old'])
  })
})
