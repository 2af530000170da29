import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { OpenStore } from '../stored-chat.ts'
import { append, reading, tryAppend, userCreated, userUpdated, withAppender, written } from '../stored-chat.ts'

const refused = { type: 'Rejected', code: 'invalid', message: 'no' } as const

/** A new user, and its next event. */
const start = async ({ store }: OpenStore) => {
  const user = randomUUID()
  await append(store, userCreated(user, `ext ${user}`, 'Ann'))
  const update = (seq: number, name: string) => written(userUpdated(user, seq, { name }))
  const stream = async () =>
    (await withAppender(store, (appender) => appender.read(reading({ userStreams: [user] })))).userStreams.get(user)
  return { store, user, update, stream }
}

export const userStreamTests = (opened: () => OpenStore): void => {
  it('reads the last seq and the profile of each user asked for, and nothing of a user who does not exist', async () => {
    const { store, user, update, stream } = await start(opened())
    expect(await stream()).toMatchObject({ seq: 1, user: { id: user, name: 'Ann' } })
    await append(store, update(2, 'Anna').event)
    expect(await stream()).toMatchObject({ seq: 2, user: { id: user, name: 'Anna' } })
    const { userStreams } = await withAppender(store, (appender) => appender.read(reading({ userStreams: [randomUUID()] })))
    expect(userStreams).toEqual(new Map())
  })

  it('stores an image and data, and removes what the event does not have', async () => {
    const { store, user, stream } = await start(opened())
    const data = { team: 'bar', nested: { none: null, 'é 😀': [1.5, '"'] } }
    await append(store, userUpdated(user, 2, { image: 'a.png', data }))
    expect((await stream())?.user).toEqual(expect.objectContaining({ image: 'a.png', data }))
    expect((await stream())?.user).not.toHaveProperty('name')
    await append(store, userUpdated(user, 3, { name: 'Ann' }))
    expect(Object.keys((await stream())?.user ?? {})).toEqual(['id', 'externalUserId', 'name', 'created_at', 'modified_at'])
  })

  it('is stale at an outdated head of a user, for an event and for a rejection alone', async () => {
    const { store, user, update, stream } = await start(opened())
    await append(store, update(2, 'Anna').event)
    const late = new Map([[user, 1]])
    expect(await tryAppend(store, { events: [update(2, 'Annie')], userHeads: late })).toBe('stale')
    const rejection = { room: user, commandId: randomUUID(), digest: 'd', rejection: refused }
    expect(await tryAppend(store, { rejections: [rejection], userHeads: late })).toBe('stale')
    expect(await tryAppend(store, { rejections: [rejection], userHeads: new Map([[user, 2]]) })).toBe('appended')
    expect(await stream()).toMatchObject({ seq: 2, user: { name: 'Anna' } })
  })

  it('lets one of several appends at the same head win', async () => {
    const { store, update, stream } = await start(opened())
    const results = await Promise.all(['one', 'two', 'three'].map((name) => tryAppend(store, { events: [update(2, name)] })))
    expect(results.toSorted()).toEqual(['appended', 'stale', 'stale'])
    expect(await stream()).toMatchObject({ seq: 2, user: { name: ['one', 'two', 'three'][results.indexOf('appended')] } })
  })

  it('accepts a rejection in the stream of a user who does not exist, at seq 0', async () => {
    const { store } = opened()
    const user = randomUUID()
    const rejection = { room: user, commandId: randomUUID(), digest: 'd', rejection: refused }
    expect(await tryAppend(store, { rejections: [rejection], userHeads: new Map([[user, 1]]) })).toBe('stale')
    expect(await tryAppend(store, { rejections: [rejection], userHeads: new Map([[user, 0]]) })).toBe('appended')
  })
}
