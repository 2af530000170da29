import { describe, expect, it } from 'vitest'
import { closeCodes } from '../../../../shared/protocol/close-codes.ts'
import { defaultTimes } from '../../../../shared/runtime/config/times.ts'
import { append, at, userErased } from '../../../contract/stored-chat.ts'
import { memoryStore } from '../../memory-store/memory-store.ts'
import { gatewayRig } from '../gateway-rig.ts'

/** Eve was erased at `erasedMs`; her first session and that of Ann are open. */
const withErased = async () => {
  const memory = memoryStore()
  memory.raiseLevel(3)
  const rig = await gatewayRig({ memory })
  const [ann, eve] = [await rig.bound('ann'), await rig.bound('eve')]
  const erasedMs = Date.parse(at(2))
  await append(memory.store, userErased(eve.id, 2))
  /** Connects with a token that was issued at this time. */
  const connect = async (subject: string, issuedAtMs: number | undefined) => {
    const issued = issuedAtMs === undefined ? {} : { issuedAtMs }
    const client = rig.client({ principal: { isService: false, subject, ...issued } })
    client.send({ event: 'create-user', id: 'c', body: {} })
    await rig.settle()
    await rig.write()
    return client
  }
  return { rig, ann, eve, erasedMs, connect }
}

describe('The sessions of an erased user', () => {
  it('are closed by the next sweep with a code after which clients do not reconnect, and no other session is', async () => {
    const { rig, ann, eve } = await withErased()
    expect(eve.client.socket.closeCode).toBeUndefined()
    await rig.clock.run(defaultTimes.convergeMs)
    expect(eve.client.socket.closeCode).toBe(closeCodes.erased.code)
    expect(ann.client.socket.closeCode).toBeUndefined()
  })
})

describe('A token', () => {
  it('that is older than an erasure creates no user: its socket is closed as if it had expired', async () => {
    const { connect, erasedMs } = await withErased()
    const client = await connect('eve', erasedMs - 1_000)
    expect([client.socket.closeCode, client.seen()]).toEqual([closeCodes.tokenExpired.code, []])
  })

  it('that is older than an erasure still opens sessions of the users who exist', async () => {
    const { connect, erasedMs } = await withErased()
    const client = await connect('ann', erasedMs - 1_000)
    expect([client.socket.closeCode, client.seen()]).toEqual([undefined, ['create-user (c)']])
  })

  it.each([
    ['that was issued after the erasure', 1_000],
    ['that does not say when it was issued', undefined],
  ])('%s creates a new user', async (_, offsetMs) => {
    const { connect, eve, erasedMs } = await withErased()
    const client = await connect('eve', offsetMs === undefined ? undefined : erasedMs + offsetMs)
    expect(client.seen()).toEqual(['create-user (c)'])
    expect(client.frames.at(0)?.body).toMatchObject({ user: { id: expect.not.stringMatching(eve.id), externalUserId: 'eve' } })
  })
})
