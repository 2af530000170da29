import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { blockKeyText } from '../../../shared/domain/blocks.ts'
import { CursorError } from '../../../shared/ports/read-model.ts'
import type { OpenStore } from '../stored-chat.ts'
import { append, at, blockSet, chatCreated, reading, userCreated, userUpdated, withAppender } from '../stored-chat.ts'

const makeUsers = async ({ store }: OpenStore, count: number): Promise<readonly string[]> => {
  const ids = Array.from({ length: count }, () => randomUUID())
  await append(store, ...ids.map((id) => userCreated(id, `ext ${id}`, `name of ${id}`)))
  return ids.toSorted()
}

export const peopleTests = (opened: () => OpenStore): void => {
  it('lists a direct chat with the other user as it is now, for both users', async () => {
    const { store, readModel } = opened()
    const [ann = '', bob = ''] = await makeUsers(opened(), 2)
    const [room, named] = [randomUUID(), randomUUID()]
    await append(store, chatCreated(room, [ann, bob], { name: '' }), chatCreated(named, [ann, bob], { at: at(2) }))
    await append(store, userUpdated(bob, 2, { name: 'Bobby', image: 'b.png', data: { secret: 1 } }))
    const peersOf = async (user: string) =>
      (await readModel.chatsOf({ user, limit: 5 })).chats.map(({ id, direct, peer }) => ({ id, direct, peer }))
    expect(await peersOf(ann)).toEqual([
      { id: named },
      { id: room, direct: true, peer: { id: bob, externalUserId: `ext ${bob}`, name: 'Bobby', image: 'b.png' } },
    ])
    expect((await peersOf(bob))[1]).toMatchObject({ peer: { id: ann, name: `name of ${ann}` } })
  })

  it('lists the blocked users of a user by id, page by page, and no others', async () => {
    const { store, readModel } = opened()
    const [ann = '', ...others] = await makeUsers(opened(), 4)
    await append(store, ...others.map((user, index) => blockSet(ann, index + 2, user)), blockSet(others[0] ?? '', 2, ann))
    const first = await readModel.blocksOf({ user: ann, limit: 2 })
    expect(first.blocks).toEqual(others.slice(0, 2).map((user, index) => ({ user, createdAt: at(index + 2) })))
    const second = await readModel.blocksOf({ user: ann, limit: 2, cursor: first.nextCursor })
    expect(second).toEqual({ blocks: [{ user: others[2], createdAt: at(4) }] })
    await append(
      store,
      blockSet(ann, 5, others[0] ?? '', false),
      blockSet(ann, 6, others[2] ?? '', false),
      blockSet(ann, 7, others[2] ?? ''),
    )
    expect((await readModel.blocksOf({ user: ann, limit: 9 })).blocks).toEqual([
      { user: others[1], createdAt: at(3) },
      { user: others[2], createdAt: at(7) },
    ])
    const { nextCursor } = await readModel.blocksOf({ user: ann, limit: 1 })
    await expect(readModel.chatsOf({ user: ann, limit: 1, cursor: nextCursor })).rejects.toBeInstanceOf(CursorError)
    expect(await readModel.blocksOf({ user: randomUUID(), limit: 1 })).toEqual({ blocks: [] })
  })

  it('reads for a decision the blocks that are set, and counts those of a user', async () => {
    const { store } = opened()
    const [ann = '', bob = '', cleo = ''] = await makeUsers(opened(), 3)
    await append(store, blockSet(ann, 2, bob), blockSet(ann, 3, cleo), blockSet(ann, 4, bob, false))
    const pairs = [ann, bob, cleo].flatMap((user) => [ann, bob, cleo].map((blocked) => ({ user, blocked })))
    const { blocks, userStreams } = await withAppender(store, (appender) =>
      appender.read(reading({ blocks: [...pairs, ...pairs], userStreams: [ann] })),
    )
    expect(blocks).toEqual(new Set([blockKeyText({ user: ann, blocked: cleo })]))
    expect(userStreams.get(ann)).toMatchObject({ seq: 4, blockCount: 1 })
  })
}
