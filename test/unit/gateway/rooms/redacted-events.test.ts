import { describe, expect, it } from 'vitest'
import { channels } from '../../../../shared/records/publications.ts'
import { defaultTimes } from '../../../../shared/runtime/config/times.ts'
import { memoryStore } from '../../memory-store/memory-store.ts'
import { gatewayRig } from '../gateway-rig.ts'

const room = '00000000-0000-7000-8000-00000000aaaa'
const id = '00000000-0000-7000-8000-00000000bbbb'
const other = '00000000-0000-7000-8000-00000000cccc'
const sweepMs = defaultTimes.convergeMs / 2 + 100

const post = (msg: string, more: object = {}) => ({ event: 'new-message', room, body: { msg, type: 'text', ...more } })
const edit = (msg: string) => ({ event: 'edit-message', room, body: { message: id, msg } })
const remove = { event: 'delete-message', room, body: { message: id } }

/** Ann and Bob in a room. The sweep has confirmed its first event. */
const withRoom = async () => {
  const memory = memoryStore()
  memory.raiseLevel(2)
  const published: string[] = []
  const onPublish = ({ channel, payload }: { readonly channel: string; readonly payload: string }): void => {
    if (channel === channels.room(room)) published.push(payload)
  }
  const rig = await gatewayRig({ memory, onPublish })
  const [ann, bob] = [await rig.bound('ann'), await rig.bound('bob')]
  const act = async (...requests: readonly object[]): Promise<void> => {
    for (const request of requests) ann.client.send(request)
    await rig.settle()
    await rig.write()
  }
  /** The same, while every publication is lost. */
  const actUnheard = async (...requests: readonly object[]): Promise<void> => {
    rig.losesPublications = true
    await act(...requests)
    rig.losesPublications = false
  }
  await act({ event: 'create-chat', body: { chat: { name: 'room', id: room }, users: [bob.id] } })
  await rig.clock.run(sweepMs)
  /** What Bob has received after the first event. */
  const seen = (): readonly string[] =>
    bob.client.frames
      .slice(2)
      .map(({ event, seq, body }) => [event, seq === undefined ? '' : `#${seq}`, body?.msg ?? ''].filter(Boolean).join(' '))
  /** Publishes the message as a forger does: `change` changes the text of the writer's publication. */
  const forge = async (change: (payload: string) => string): Promise<void> => {
    await actUnheard(post('true', { id }))
    await rig.publish(channels.room(room), change(published.at(-1) ?? ''))
  }
  return { rig, ann, bob, published, act, actUnheard, seen, forge, sweep: () => rig.clock.run(sweepMs) }
}

describe('A message that is deleted before the sweep has compared it', () => {
  it('is no conflict for the sweep', async () => {
    const { rig, act, actUnheard, seen, sweep } = await withRoom()
    await act(post('gone', { id }))
    await actUnheard(remove)
    await sweep()
    await act(post('next'))
    expect(seen()).toEqual(['new-message #2 gone', 'delete-message #3', 'new-message #4 next'])
    expect(await rig.counted('chat_publications_dropped_total')).toBe(0)
  })

  it('is no conflict for the sweep if an edit of it is the newest event', async () => {
    const { act, actUnheard, seen, sweep } = await withRoom()
    await act(post('first', { id }), edit('second'))
    await actUnheard(remove)
    await sweep()
    expect(seen()).toEqual(['new-message #2 first', 'edit-message #3', 'delete-message #4'])
  })

  it('is no conflict for the repair of a gap', async () => {
    const { act, actUnheard, seen } = await withRoom()
    await act(post('root', { id: other }), post('gone', { id, thread: other, reply_to: other }))
    await actUnheard(remove)
    await act(post('next'))
    expect(seen()).toEqual(['new-message #2 root', 'new-message #3 gone', 'delete-message #4', 'new-message #5 next'])
  })

  it('is no conflict if its event is published again without the content', async () => {
    const { act, actUnheard, seen, sweep } = await withRoom()
    await act(post('gone', { id }))
    await actUnheard(remove)
    await act(post('gone', { id }))
    await sweep()
    expect(seen()).toEqual(['new-message #2 gone', 'delete-message #3'])
  })

  it('is no conflict if its event with the content arrives after the one without', async () => {
    const { rig, published, act, actUnheard, seen, sweep } = await withRoom()
    await actUnheard(post('gone', { id }), remove)
    const [original = ''] = published.slice(-1)
    await actUnheard(post('gone', { id }))
    await rig.publish(channels.room(room), published.at(-1) ?? '')
    await rig.publish(channels.room(room), original)
    await sweep()
    await act(post('next'))
    expect(seen()).toEqual(['new-message #2', 'delete-message #3', 'new-message #4 next'])
  })

  it('is a tombstone for a client that resumes from before it, and resets no client', async () => {
    const { rig, bob, act, actUnheard, seen, sweep } = await withRoom()
    await act(post('gone', { id }))
    await actUnheard(remove)
    bob.client.send({ event: 'resume', body: { rooms: { [room]: 1 } } })
    await rig.settle()
    await sweep()
    expect(seen()).toEqual(['new-message #2 gone', 'new-message #2', 'delete-message #3', 'resume'])
  })
})

describe('The sender of a message that is deleted before it is confirmed', () => {
  it('gets the tombstone as its answer, although no publication arrived', async () => {
    const { rig, ann, bob, actUnheard } = await withRoom()
    rig.losesPublications = true
    bob.client.send({ ...post('gone', { id }), id: 'sent' })
    await actUnheard(remove)
    const before = ann.client.frames.length
    await rig.clock.run(defaultTimes.commandDeadlineMs + 100)
    const answers = bob.client.frames.filter((frame) => frame.id === 'sent')
    expect(answers).toMatchObject([{ event: 'new-message', body: { id, msg: '', deleted: true } }])
    expect(ann.client.frames.length).toBeGreaterThan(before)
  })

  it('is not confused with another user who sends a command with the same id', async () => {
    const { rig, ann, bob, actUnheard } = await withRoom()
    await actUnheard(post('gone', { id }), remove)
    rig.losesPublications = true
    bob.client.send({ ...post('mine', { id }), id: 'other' })
    await rig.settle()
    await rig.write()
    rig.losesPublications = false
    await rig.clock.run(defaultTimes.commandDeadlineMs + 100)
    const answers = bob.client.frames.filter((frame) => frame.id === 'other')
    expect(answers).toMatchObject([{ error: { code: 'timeout' } }])
    expect(ann.client.frames.filter(({ event }) => event === 'reset')).toEqual([])
  })
})

describe('A forged message whose true message was deleted', () => {
  it.each([
    ['another command', (text: string) => text.replace(`"${id}","`, `"${other}","`)],
    ['another author', (text: string) => text.replace(/"user_id":"[^"]*"/, `"user_id":"${other}"`)],
    ['another id', (text: string) => text.replace(`"body":{"id":"${id}"`, `"body":{"id":"${other}"`)],
    ['another thread', (text: string) => text.replace('}}', `,"thread":"${other}"}}`)],
    ['another event', (text: string) => text.replaceAll('new-message', 'set-reaction')],
    ['a body that is no message', (text: string) => text.replace(/"msg":"true",/, '')],
    ['text, but no digest', (text: string) => text.replace(/(\[2,"new-message","[^"]+",)"[^"]+"/, '$1""')],
  ])('resets the clients if it has %s', async (_what, change) => {
    const { act, actUnheard, seen, sweep, forge } = await withRoom()
    await forge(change)
    await actUnheard(remove)
    await sweep()
    await act(post('next'))
    expect(seen().slice(1)).toEqual(['reset', 'new-message #4 next'])
  })

  it('resets the clients if it is the newest, and another event has passed during the comparison', async () => {
    const { rig, act, actUnheard, seen, forge } = await withRoom()
    await forge((text) => text.replace(`"${id}","`, `"${other}","`))
    await actUnheard(remove)
    await rig.clock.run(sweepMs - 110)
    await act(post('next'))
    await rig.clock.run(sweepMs)
    expect(seen()).toContain('reset')
  })
})
