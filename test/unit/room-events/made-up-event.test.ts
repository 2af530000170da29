import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import type { Frame } from '../../support/client/chat-socket.ts'

const tableFile = '../../../shared/room-events/room-events.ts'
const levelFile = '../../../shared/protocol/feature-level.ts'

// Other test files run in the same worker: modules are loaded anew with the made-up events, and forgotten at the end.
vi.resetModules()
vi.doMock(tableFile, async (original) => {
  const { withMadeUpEvents } = await import('./made-up-events.ts')
  return withMadeUpEvents(await original())
})
vi.doMock(levelFile, async (original) => ({ ...(await original<object>()), supportedLevel: 4 }))
afterAll(() => {
  vi.doUnmock(tableFile)
  vi.doUnmock(levelFile)
  vi.resetModules()
})

const { gatewayRig } = await import('../gateway/gateway-rig.ts')
const { memoryStore } = await import('../memory-store/memory-store.ts')
const { asyncapiDocument } = await import('../../../shared/protocol/asyncapi.ts')
const { openapiDocument } = await import('../../../shared/protocol/openapi.ts')
const { protocolTables } = await import('../../../shared/protocol/protocol-tables.ts')
const { startOwnChat } = await import('./own-chat.ts')

const room = '00000001-0000-7000-8000-000000000001'
const sweepMs = 20_000
const wave = (more: object = {}) => ({ event: 'wave-hand', room, body: { hand: 'left', ...more } })

/** Ann and Bob in a room, Cleo outside, on a gateway, a writer and a store of this level. */
const withRoom = async (level: number) => {
  const memory = memoryStore()
  const rig = await gatewayRig({ memory })
  const raise = async (to: number): Promise<void> => {
    memory.raiseLevel(to)
    await rig.clock.run(sweepMs)
  }
  await raise(level)
  const [ann, bob, cleo] = [await rig.bound('ann'), await rig.bound('bob'), await rig.bound('cleo')]
  const act = async (by: typeof ann, request: object): Promise<void> => {
    by.client.send(request)
    await rig.settle()
    await rig.write()
    await rig.settle()
  }
  await act(ann, { event: 'create-chat', body: { chat: { name: 'room', id: room }, users: [bob.id] } })
  const feedOf = (one: typeof ann): string[] => one.client.seen().filter((frame) => frame.includes('#'))
  return { rig, memory, raise, ann, bob, cleo, act, feedOf }
}

describe('A made-up room event', () => {
  it('is decided, stored, fanned out and confirmed like every other', async () => {
    const { ann, bob, act, feedOf } = await withRoom(3)
    await act(ann, { ...wave(), id: 'w' })
    expect(feedOf(ann).at(-1)).toBe('wave-hand #2 (w)')
    expect(feedOf(bob).at(-1)).toBe('wave-hand #2')
    expect(bob.client.frames.at(-1)?.body).toMatchObject({ hand: 'left', twice: false, user_id: ann.id })
  })

  it('is one event however often its command is sent', async () => {
    const { ann, bob, act, feedOf } = await withRoom(3)
    const id = '00000003-0000-7000-8000-000000000001'
    await act(ann, { ...wave({ id }), id: 'first' })
    await act(ann, { ...wave({ id }), id: 'again' })
    expect(feedOf(bob)).toEqual(['create-chat #1', 'wave-hand #2'])
    expect(ann.client.seen()).toContain('wave-hand (again)')
  })

  it('is refused to a user who is not a member', async () => {
    const { cleo, act } = await withRoom(3)
    await act(cleo, { ...wave(), id: 'w' })
    expect(cleo.client.seen().at(-1)).toBe('wave-hand (w) forbidden')
  })

  it('is replayed by a resume', async () => {
    const { rig, ann, act } = await withRoom(3)
    await act(ann, wave())
    const again = rig.client()
    again.send({ event: 'create-user', body: { user: { externalUserId: 'bob' }, resume: { rooms: { [room]: 1 } } } })
    await rig.settle()
    expect(again.seen()).toContain('wave-hand #2')
  })

  it('that adds users starts their feeds with it, and one that removes them ends their feeds with it', async () => {
    const { ann, cleo, act, feedOf } = await withRoom(3)
    await act(ann, { event: 'invite-guests', room, body: { users: [cleo.id] } })
    await act(ann, wave())
    await act(ann, { event: 'dismiss-guests', room, body: { users: [cleo.id] } })
    await act(ann, wave())
    expect(feedOf(cleo)).toEqual(['invite-guests #2', 'wave-hand #3', 'dismiss-guests #4'])
    expect(feedOf(ann)).toEqual(['create-chat #1', 'invite-guests #2', 'wave-hand #3', 'dismiss-guests #4', 'wave-hand #5'])
  })
})

describe('The feature level', () => {
  it('lets a gateway refuse an event of a later level exactly as an older gateway refuses it, until it is raised', async () => {
    const { ann, bob, act, raise, feedOf } = await withRoom(2)
    await act(ann, { ...wave(), id: 'early' })
    await act(ann, { event: 'no-such-event', room, id: 'unknown', body: {} })
    const [early, unknown] = ann.client.frames.slice(-2)
    expect(early?.error).toMatchObject({ code: 'unknown_event' })
    expect(early?.error).toEqual(unknown?.error)
    await raise(3)
    await act(ann, { ...wave(), id: 'later' })
    expect(feedOf(bob)).toEqual(['create-chat #1', 'wave-hand #2'])
  })

  it('lets a gateway refuse a field of a later level as an unknown field, until it is raised', async () => {
    const { ann, bob, act, raise } = await withRoom(3)
    await act(ann, { ...wave({ twice: true }), id: 'early' })
    expect(ann.client.frames.at(-1)?.error).toMatchObject({ code: 'invalid', details: { field: 'body.twice' } })
    await raise(4)
    await act(ann, wave({ twice: true }))
    expect(bob.client.frames.at(-1)?.body).toMatchObject({ twice: true })
  })

  it('decides which events the answer to create-user names', async () => {
    const { rig, ann, raise } = await withRoom(2)
    const features = async (): Promise<readonly string[]> => {
      ann.client.send({ event: 'create-user', body: { user: { externalUserId: 'ann' } } })
      await rig.settle()
      return (ann.client.frames.at(-1)?.body as { features: string[] } | undefined)?.features ?? []
    }
    const before = await features()
    await raise(3)
    const after = await features()
    expect(before).toContain('new-message')
    const added = after.filter((event) => !before.includes(event))
    expect(added).toEqual(expect.arrayContaining(['wave-hand', 'invite-guests', 'dismiss-guests']))
  })

  it('above the one that a gateway supports changes nothing in what it accepts', async () => {
    const { ann, act, feedOf } = await withRoom(9)
    await act(ann, wave({ twice: true }))
    expect(feedOf(ann).at(-1)).toBe('wave-hand #2')
  })
})

describe('The documents', () => {
  it('describe a made-up room event', () => {
    const { components } = asyncapiDocument() as { components: { messages: object } }
    expect(Object.keys(components.messages)).toEqual(
      expect.arrayContaining(['wave-hand.request', 'wave-hand.answer', 'wave-hand.feed']),
    )
    const { paths } = openapiDocument() as { paths: Record<string, { post: { summary: string } }> }
    expect(paths['/api/v1/wave-hand']?.post.summary).toBe('Wave a hand')
    expect(protocolTables().events).toContain('| `wave-hand` |')
    expect(protocolTables().prices).toContain('| `wave-hand` |')
  })
})

describe('A whole chat in one process, on its own database', () => {
  it('stores a made-up room event, resumes it and hands it to the SDK in its place', { timeout: 120_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'chat-made-up-'))
    try {
      await using chat = await startOwnChat(folder)
      const { ann, bob, chatRoom, ask } = chat
      await ask('wave-hand', ann.id, { room: chatRoom, body: { hand: 'right', twice: true } })
      await bob.client.send(chatRoom, 'after the wave')
      const seen = (frame: Frame) => [frame.event, frame.seq]
      expect(await bob.feedTo(3)).toMatchObject([
        { event: 'create-chat', seq: 1 },
        { event: 'wave-hand', seq: 2, body: { hand: 'right', twice: true } },
        { event: 'new-message', seq: 3 },
      ])
      expect(bob.messages.map(({ seq }) => seq)).toEqual([3])
      expect(bob.resumes).toBe(0)
      expect((await chat.resumed(bob.name, chatRoom, 1)).map(seen)).toEqual([
        ['wave-hand', 2],
        ['new-message', 3],
      ])
      expect(await chat.storedNames(chatRoom)).toEqual([
        ['create-chat', 'adds'],
        ['wave-hand', null],
        ['new-message', null],
      ])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
