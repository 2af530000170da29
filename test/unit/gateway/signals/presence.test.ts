import { describe, expect, it } from 'vitest'
import type { Member } from './signal-rig.ts'
import { pushed, room, signalRig } from './signal-rig.ts'

const couple = async (options: Parameters<typeof signalRig>[1] = {}) => {
  const opened = await signalRig(['ann', 'bob'], options)
  const [ann, bob] = opened.members as [Member, Member]
  return { ...opened, ann, bob }
}

const online = async ({ ask }: Pick<Awaited<ReturnType<typeof couple>>, 'ask'>, watcher: Member, user: string) => {
  const { users } = (await ask(watcher, 'watch', { users: [user] })) as { users: Record<string, { online: boolean | null }> }
  return users[user]?.online
}

describe('The presence of a user', () => {
  it('is in the answer to a watch, with the time of the last change of the user', async () => {
    const { ann, bob, ask } = await couple()
    expect(await ask(ann, 'watch', { users: [bob.id] })).toEqual({
      rooms: {},
      users: { [bob.id]: { online: true, modified_at: expect.any(String) } },
    })
  })

  it('is hidden from users who share no chat with the user', async () => {
    const { bob, ask, device } = await couple()
    const stranger = await device('eve')
    expect(await ask(stranger, 'watch', { users: [bob.id] })).toEqual({ rooms: {}, users: {} })
  })

  it('is not pushed any more, and unknown, once no chat is shared', async () => {
    const { rig, ann, bob, ask } = await couple()
    await online({ ask }, ann, bob.id)
    await online({ ask }, bob, ann.id)
    await ask(ann, 'remove-users', { users: [bob.id] }, room)
    await rig.settle()
    expect([pushed(ann, 'presence'), pushed(bob, 'presence')]).toEqual([
      [{ user_id: bob.id, online: null }],
      [{ user_id: ann.id, online: null }],
    ])
    bob.client.close()
    await rig.clock.run(40_000)
    expect(pushed(ann, 'presence')).toHaveLength(1)
  })

  it('is pushed when the last socket has been closed for 30 s, and when the first one opens', async () => {
    const { rig, ann, bob, ask, device } = await couple()
    await online({ ask }, ann, bob.id)
    bob.client.close()
    await rig.clock.run(29_000)
    expect(pushed(ann, 'presence')).toEqual([])
    await rig.clock.run(3_000)
    expect(pushed(ann, 'presence')).toEqual([{ user_id: bob.id, online: false }])
    await device('bob')
    await rig.clock.run(1_000)
    expect(pushed(ann, 'presence')).toEqual([
      { user_id: bob.id, online: false },
      { user_id: bob.id, online: true },
    ])
  })

  it('is not pushed while another device of the user is connected, or when the user returns within 30 s', async () => {
    const { rig, ann, bob, ask, device } = await couple()
    const phone = await device('bob')
    await online({ ask }, ann, bob.id)
    bob.client.close()
    await rig.clock.run(40_000)
    phone.client.close()
    await rig.clock.run(20_000)
    await device('bob')
    await rig.clock.run(40_000)
    expect(pushed(ann, 'presence')).toEqual([])
  })

  it('is null while the fan-out is down, and is reported when it is known again', async () => {
    const { rig, ann, bob, ask } = await couple()
    await online({ ask }, ann, bob.id)
    rig.state = 'down'
    expect(await online({ ask }, ann, bob.id)).toBeNull()
    rig.state = 'up'
    rig.restored()
    await rig.clock.run(1_000)
    expect(pushed(ann, 'presence')).toEqual([{ user_id: bob.id, online: true }])
  })

  it('is asked again every minute, so that a lost publication is repaired', async () => {
    const { rig, ann, bob, ask } = await couple({ times: { presenceAskMs: 60_000, topicReleaseMs: 1_000 } })
    await online({ ask }, ann, bob.id)
    rig.losesPublications = true
    bob.client.close()
    await rig.clock.run(30_000)
    expect(pushed(ann, 'presence')).toEqual([])
    await rig.clock.run(60_000)
    expect(pushed(ann, 'presence')).toEqual([{ user_id: bob.id, online: false }])
  })

  it('is not believed from a publication, which only makes the gateway ask', async () => {
    const { rig, ann, bob, ask } = await couple()
    await online({ ask }, ann, bob.id)
    await rig.publish(`signal:user:${bob.id}`, '{"v":1,"presence":"changed","online":false}')
    await rig.clock.run(1_000)
    expect(pushed(ann, 'presence')).toEqual([])
  })

  it('is reported with the next question if the send queue had no space for it', async () => {
    const sendQueueBytes = 400
    const { rig, ann, bob, ask } = await couple({ bounds: { sendQueueBytes }, times: { topicReleaseMs: 1_000 } })
    await online({ ask }, ann, bob.id)
    ann.client.socket.setFrozen(true)
    for (const id of ['1', '2', '3']) ann.client.send({ event: 'ping', id, body: {} })
    bob.client.close()
    await rig.clock.run(5_000)
    ann.client.socket.setFrozen(false)
    await rig.clock.run(1_000)
    expect(pushed(ann, 'presence')).toEqual([])
    await rig.clock.run(60_000)
    expect(pushed(ann, 'presence')).toEqual([{ user_id: bob.id, online: false }])
  })
})
