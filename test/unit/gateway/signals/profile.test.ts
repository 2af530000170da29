import { describe, expect, it } from 'vitest'
import { signalChannels } from '../../../../shared/records/signals.ts'
import type { Member } from './signal-rig.ts'
import { pushed, room, signalRig } from './signal-rig.ts'

const couple = async () => {
  const opened = await signalRig(['ann', 'bob'])
  const [ann, bob] = opened.members as [Member, Member]
  return { ...opened, ann, bob }
}

const rename = { user: { name: 'Bobby', data: { a: 1 } } }

describe('A changed profile', () => {
  it('is reported once, without the profile, to each session that watches the user, and to those of the user', async () => {
    const { rig, ann, bob, ask, device } = await couple()
    const [phone, idle] = [await device('bob'), await device('bob')]
    await ask(ann, 'watch', { users: [bob.id, ann.id] })
    await ask(phone, 'watch', { users: [bob.id] })
    await ask(bob, 'update-user', rename)
    await rig.settle()
    const report = [{ user_id: bob.id }]
    expect([pushed(ann, 'profile'), pushed(phone, 'profile'), pushed(idle, 'profile')]).toEqual([report, report, []])
    expect(await ask(ann, 'get-users', { users: [bob.id] })).toMatchObject({ users: [rename.user] })
  })

  it('is not reported to a session that shares no chat with the user, at first or any more', async () => {
    const { rig, ann, bob, ask, device } = await couple()
    const eve = await device('eve')
    await ask(eve, 'watch', { users: [bob.id] })
    await ask(ann, 'watch', { users: [bob.id] })
    await ask(ann, 'remove-users', { users: [bob.id] }, room)
    await rig.settle()
    await ask(bob, 'update-user', rename)
    await rig.settle()
    expect([pushed(ann, 'profile'), pushed(eve, 'profile')]).toEqual([[], []])
  })

  it('is not reported when the change is refused, nor after another change of the user', async () => {
    const { rig, ann, bob, ask } = await couple()
    await ask(ann, 'watch', { users: [bob.id] })
    const id = '01a20e3b-61d2-7b14-8e30-5c6f7a8b9c0d'
    await ask(bob, 'set-block', { user: ann.id })
    await rig.settle()
    expect(pushed(ann, 'profile')).toEqual([])
    await ask(bob, 'update-user', { user: { name: 'Bobby' }, id })
    expect(await ask(bob, 'update-user', { user: { name: 'Rob' }, id })).toBe('conflict')
    await rig.settle()
    expect(pushed(ann, 'profile')).toEqual([{ user_id: bob.id }])
  })

  it('shows nothing of a forged publication but the id of the user of its channel', async () => {
    const { rig, ann, bob, ask } = await couple()
    await ask(ann, 'watch', { users: [bob.id] })
    const forge = (profile: unknown) =>
      rig.publish(signalChannels.user(bob.id), JSON.stringify({ v: 1, profile, user: ann.id, name: 'forged' }))
    await forge({ name: 'forged' })
    await rig.settle()
    expect(pushed(ann, 'profile')).toEqual([])
    await forge('changed')
    await rig.settle()
    expect(pushed(ann, 'profile')).toEqual([{ user_id: bob.id }])
  })
})
