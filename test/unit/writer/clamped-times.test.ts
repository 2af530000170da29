import { describe, expect, it } from 'vitest'
import type { Command } from '../../../shared/room-events/room-events.ts'
import { ann, at, bob, createChat, post } from '../domain/chat-fixtures.ts'
import { createUser, withUsers } from './users.ts'
import type { WriterRig } from './writer-rig.ts'
import { writerRig } from './writer-rig.ts'

/** The writer's clock is at 30 seconds after noon. */
const clockAt = 30

const timesOf = (rig: WriterRig): readonly string[] =>
  rig.memory.events().map(({ data }) => /"created_at":"([^"]+)"/.exec(data)?.[1] ?? 'none')

const newTimes = async (rig: WriterRig, ...commands: readonly Command[]): Promise<readonly string[]> => {
  const before = timesOf(rig).length
  await rig.send(...commands)
  return timesOf(rig).slice(before)
}

describe('The time of a command', () => {
  it('is stored unchanged if it is at most one second ahead of the writer', async () => {
    const rig = await withUsers(await writerRig())
    const commands = [createChat(ann, [bob], { at: at(20) }), post(ann, 'a little ahead', { at: at(clockAt + 1) })]
    expect(await newTimes(rig, ...commands)).toEqual([at(20), at(clockAt + 1)])
    expect(rig.counted.filter((count) => count.startsWith('clamped'))).toEqual([])
  })

  it('is reduced to one second ahead of the writer, and counted, if it is later', async () => {
    const rig = await withUsers(await writerRig())
    const far = { at: at(600) }
    const commands = [
      createUser(7, far),
      createChat(ann, [bob], far),
      post(ann, 'ahead', far),
      post(bob, 'in time', { at: at(31) }),
    ]
    expect(await newTimes(rig, ...commands)).toEqual(Array.from({ length: 4 }, () => at(clockAt + 1)))
    expect(rig.counted).toContain('clamped times: 3')
  })

  it('does not change the recorded outcome of a repeated command', async () => {
    const rig = await withUsers(await writerRig())
    const message = post(ann, 'ahead', { at: at(600) })
    await rig.send(createChat(ann, [bob]), message)
    expect(await newTimes(rig, message)).toEqual([])
    expect(rig.counted).toContain('repeat')
  })
})
