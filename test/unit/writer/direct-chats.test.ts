import { describe, expect, it } from 'vitest'
import { defaultLimits } from '../../../shared/protocol/limits.ts'
import { requestSchemas } from '../../../shared/protocol/requests.ts'
import { chatCommandOf, userCommandOf } from '../../../shared/records/command-of.ts'
import { directChatId } from '../../../shared/records/direct-chat-id.ts'
import type { CreateChat } from '../../../shared/room-events/create-chat.ts'
import { at, uuid } from '../domain/chat-fixtures.ts'
import { lowLimits, runBatches } from './run-batches.ts'
import { createUser, withUsers } from './users.ts'
import { recordOf, writerRig } from './writer-rig.ts'

const [ann, bob, cleo] = [uuid(2, 1), uuid(2, 2), uuid(2, 3)]
const direct = directChatId(ann, bob)
const schemas = requestSchemas(defaultLimits)
let ids = 0
const source = {
  newId: () => {
    ids += 1
    return uuid(5, ids)
  },
  now: () => at(1),
}

/** The commands that a gateway makes of the requests. */
const open = (by: string, other: string): CreateChat =>
  chatCommandOf(
    schemas['create-chat'].parse({ event: 'create-chat', body: { users: [other], direct: true } }),
    by,
    source,
  ) as CreateChat
const inRoom = (event: 'add-users' | 'remove-users', by: string, users: readonly string[]) =>
  chatCommandOf(schemas[event].parse({ event, room: direct, body: { users } }), by, source)
const block = (by: string, user: string, on = true) =>
  userCommandOf(schemas['set-block'].parse({ event: 'set-block', body: { user, on } }), by, source)
const group = (by: string, users: readonly string[]) =>
  chatCommandOf(schemas['create-chat'].parse({ event: 'create-chat', body: { chat: { name: 'group' }, users } }), by, source)

const start = async (limits = {}) => withUsers(await writerRig({ limits }))
const roomsOf = (rig: Awaited<ReturnType<typeof start>>) => rig.memory.events().filter(({ type }) => type === 'ChatCreated')
const codes = (rig: Awaited<ReturnType<typeof start>>) => rig.outcomeLines().map(({ error }) => error?.code ?? 'ok')

describe('The id of a direct chat', () => {
  it('is a UUID of version 8, the same for both users and different for other pairs', () => {
    expect(direct).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(directChatId(bob, ann)).toBe(direct)
    expect(new Set([direct, directChatId(ann, cleo), directChatId(bob, cleo)]).size).toBe(3)
  })

  it('never changes with the version', () => {
    expect(direct).toBe('4f3bda48-9040-8731-a1e1-a63cf219a29f')
  })
})

describe('A direct chat', () => {
  it('is created once when both users open it, in one batch, in later ones, and after the writer has forgotten it', async () => {
    const rig = await start()
    await rig.send(open(ann, bob), open(bob, ann))
    await rig.send(open(bob, ann))
    await rig.deliver([recordOf(open(ann, bob))])
    expect(roomsOf(rig)).toHaveLength(1)
    expect(JSON.parse(roomsOf(rig)[0]?.data ?? '')).toEqual({
      chat: { id: direct, name: '', users: [ann, bob], created_at: at(1), modified_at: at(1), direct: true },
      user_id: ann,
    })
    const later = await writerRig({ memory: rig.memory })
    await later.send(open(bob, ann))
    expect(later.outcomeLines()).toMatchObject([{ room: direct, body: roomsOf(rig)[0]?.data, seq: 1 }])
    expect(rig.memory.events()).toHaveLength(4)
  })

  it('is created once by two writers that decide at the same time', async () => {
    const rig = await start()
    const other = await writerRig({ memory: rig.memory })
    await Promise.all([rig.send(open(ann, bob)), other.send(open(bob, ann))])
    expect(roomsOf(rig)).toHaveLength(1)
    const bodies = [...rig.roomPublications(), ...other.roomPublications()].flatMap(({ events }) =>
      events.map(({ commandId }) => commandId),
    )
    expect(new Set(bodies)).toEqual(new Set([direct]))
    expect([...codes(rig), ...codes(other)].filter((code) => code !== 'ok')).toEqual([])
  })

  it('keeps its two members', async () => {
    const rig = await start()
    await rig.send(open(ann, bob))
    rig.clear()
    await rig.send(inRoom('add-users', ann, [cleo]), inRoom('remove-users', ann, [bob]), inRoom('remove-users', bob, [bob]))
    await rig.send(inRoom('add-users', cleo, [cleo]))
    expect(rig.outcomeLines().map(({ error }) => error?.details)).toEqual([
      { action: 'add' },
      { action: 'remove' },
      { action: 'remove' },
      undefined,
    ])
    expect(codes(rig)).toEqual(Array(4).fill('forbidden'))
  })

  it('is refused with oneself and with a user who does not exist, and opened later when the user exists', async () => {
    const rig = await start()
    const late = uuid(2, 9)
    await rig.send(open(ann, ann), open(ann, late))
    expect(rig.outcomeLines().map(({ error }) => [error?.code, error?.details])).toMatchObject([
      ['invalid', { field: 'body.users' }],
      ['unknown_user', { users: [late] }],
    ])
    await rig.send(createUser(9))
    await rig.send(open(ann, late))
    expect(roomsOf(rig).map(({ stream }) => stream)).toEqual([directChatId(ann, late)])
  })

  it('counts as a chat of both users', async () => {
    const rig = await start({ chatsPerUser: 1 })
    await rig.send(group(bob, [cleo]))
    rig.clear()
    await rig.send(open(ann, bob))
    expect(rig.outcomeLines()).toMatchObject([{ error: { code: 'invalid', details: { users: [bob] } } }])
    await rig.send(open(ann, uuid(2, 1)), group(ann, [ann]))
    rig.clear()
    await rig.send(open(ann, cleo))
    expect(rig.outcomeLines()).toMatchObject([{ error: { details: { users: [ann, cleo] } } }])
  })

  it('is not created by a command with the id of another pair', async () => {
    const rig = await start()
    const forged = { ...open(ann, bob), stream: directChatId(ann, cleo), id: directChatId(ann, cleo) }
    const ofOthers = { ...open(ann, bob), user: cleo }
    await rig.deliver([recordOf(forged), recordOf(ofOthers)])
    expect(rig.deadLettered.map(({ reason }) => reason)).toEqual(Array(2).fill('id: not that of the two users'))
    expect(roomsOf(rig)).toEqual([])
  })
})

describe('A block', () => {
  it('refuses a direct chat to both users alike until it is removed, and leaves an existing one as it is', async () => {
    const rig = await start()
    await rig.send(block(bob, ann))
    rig.clear()
    await rig.send(open(ann, bob), open(bob, ann))
    const [one, other] = rig.outcomeLines()
    expect(one?.error).toMatchObject({ code: 'forbidden', details: { action: 'direct' } })
    expect(other?.error).toEqual(one?.error)
    await rig.send(block(bob, ann, false), open(ann, bob), block(bob, ann))
    rig.clear()
    await rig.send(open(ann, bob))
    expect(rig.outcomeLines()).toMatchObject([{ body: roomsOf(rig)[0]?.data }])
  })

  it('refuses that the blocked user adds the blocker, whose name it learns, and nothing else', async () => {
    const rig = await start()
    await rig.send(block(bob, ann))
    const created = group(ann, [cleo])
    await rig.send(created)
    rig.clear()
    const add = (by: string, users: readonly string[]) =>
      chatCommandOf(schemas['add-users'].parse({ event: 'add-users', room: created.stream, body: { users } }), by, source)
    await rig.send(group(ann, [bob, cleo]), add(ann, [cleo, bob]))
    expect(rig.outcomeLines().map(({ error }) => [error?.code, error?.details])).toEqual(
      Array(2).fill(['forbidden', { action: 'add', users: [bob] }]),
    )
    await rig.send(add(cleo, [bob]), add(ann, [bob]), group(bob, [ann]))
    expect(rig.outcomeLines()).toHaveLength(2)
    expect(roomsOf(rig)).toHaveLength(2)
  })

  it('applies to the later commands of its batch', async () => {
    const rig = await start()
    await rig.send(block(bob, ann), open(ann, bob), block(bob, ann, false), open(bob, ann))
    expect(codes(rig)).toEqual(['ok', 'forbidden', 'ok'])
    expect(roomsOf(rig)).toHaveLength(1)
  })

  it('is of another user who exists, and of a limited number of them', async () => {
    const rig = await start({ blocks: 1 })
    await rig.send(block(ann, ann), block(ann, uuid(9, 9)), block(ann, bob), block(ann, cleo), block(ann, bob))
    expect(rig.outcomeLines().map(({ error }) => error?.code ?? 'ok')).toEqual(['invalid', 'unknown_user', 'ok', 'invalid', 'ok'])
    await rig.send(block(ann, cleo, false), block(ann, bob, false), block(ann, cleo))
    expect(codes(rig).slice(5)).toEqual(['ok', 'ok', 'ok'])
  })

  it('is decided like by a writer that stores each command alone', async () => {
    const commands = [block(ann, bob), block(ann, cleo), block(ann, bob, false), block(ann, uuid(9, 9))]
    const results = await Promise.all(
      [[commands], commands.map((command) => [command])].map(async (batches) => {
        const rig = await start()
        const decisions = await runBatches(rig.memory, batches, lowLimits)
        return { decisions, blocks: await rig.memory.readModel.blocksOf({ user: ann, limit: 9 }) }
      }),
    )
    expect(results[0]).toEqual(results[1])
    expect(results[0]?.blocks).toEqual({ blocks: [{ user: cleo, createdAt: at(1) }] })
  })
})
