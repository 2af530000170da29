import { describe, expect, it } from 'vitest'
import { PublishError } from '../../../../shared/ports/command-log.ts'
import { openAdmission } from '../../../support/open-admission.ts'
import { memoryStore } from '../../memory-store/memory-store.ts'
import { gatewayRig } from '../gateway-rig.ts'

const room = '00000000-0000-7000-8000-00000000aaaa'
const other = '00000000-0000-7000-8000-00000000cccc'
const idOf = (n: number): string => `00000000-0000-7000-8000-00000000${(0xb000 + n).toString(16)}`

const message = (n: number, after?: number, into = room) => ({
  event: 'new-message',
  id: `m${n}`,
  room: into,
  ...(after === undefined ? {} : { after: idOf(after) }),
  body: { msg: `${n}`, type: 'text', id: idOf(n) },
})

/** A socket of a member, whose requests exceed a limit while `refuses` says so. */
const rigWithLimit = async (bounds = {}) => {
  const memory = memoryStore()
  memory.raiseLevel(2)
  const rig = await gatewayRig({ memory, bounds })
  const refused = new Set<string>()
  let charged = 0
  const rateLimiter = {
    ...openAdmission.rateLimiter,
    request: ({ id = '' }: { readonly id?: string | undefined }) => {
      charged += 1
      return refused.delete(id) ? ({ limit: 'user', waitMs: 10 } as const) : undefined
    },
  }
  const { client, id } = await rig.bound('ann', { rateLimiter })
  client.send({ event: 'create-chat', id: 'c', body: { chat: { name: 'room', id: room }, users: [id] } })
  await rig.settle()
  await rig.write()
  const from = client.frames.length
  const write = async (): Promise<string[]> => {
    await rig.settle()
    await rig.write()
    return client.seen(from)
  }
  return { rig, client, refused, write, charged: () => charged }
}

describe('A request with `after`', () => {
  it('is accepted while the request that it names is in flight, and after it is stored', async () => {
    const { client, write } = await rigWithLimit()
    client.send(message(1))
    client.send(message(2, 1))
    await write()
    client.send(message(3, 2))
    expect(await write()).toEqual(['new-message #2 (m1)', 'new-message #3 (m2)', 'new-message #4 (m3)'])
  })

  it('is refused as unavailable, with all that follow it, until the refused request is sent again', async () => {
    const { client, refused, write } = await rigWithLimit()
    refused.add('m1')
    client.send(message(1))
    client.send(message(2, 1))
    client.send(message(3, 2))
    expect(await write()).toEqual([
      'new-message (m1) rate_limited',
      'new-message (m2) unavailable',
      'new-message (m3) unavailable',
    ])
    expect(client.frames.at(-1)?.error).toMatchObject({ retryable: true, details: { after: idOf(2) } })
    for (const n of [1, 2, 3]) client.send(message(n, n === 1 ? undefined : n - 1))
    expect((await write()).slice(3)).toEqual(['new-message #2 (m1)', 'new-message #3 (m2)', 'new-message #4 (m3)'])
  })

  it('is not charged when it is refused', async () => {
    const { client, refused, write, charged } = await rigWithLimit()
    refused.add('m1')
    const before = charged()
    client.send(message(1))
    client.send(message(2, 1))
    await write()
    expect(charged() - before).toBe(1)
  })

  it('is accepted if the request that it names has a final refusal', async () => {
    const { client, write } = await rigWithLimit()
    client.send({ ...message(1), body: { msg: '', type: 'text', id: idOf(1) } })
    client.send(message(2, 1))
    expect(await write()).toEqual(['new-message (m1) invalid', 'new-message #2 (m2)'])
  })

  it('is refused if the full buffer of the log refused the request that it names', async () => {
    const { client, write } = await rigWithLimit({ produceBufferBytes: 600 })
    client.send({ ...message(1), body: { msg: 'x'.repeat(1_000), type: 'text', id: idOf(1) } })
    client.send(message(2, 1))
    client.send(message(3))
    expect(await write()).toEqual(['new-message (m2) unavailable', 'new-message (m1) unavailable', 'new-message #2 (m3)'])
  })

  it('does not depend on a refused command with the same id in another room', async () => {
    const { client, refused, write } = await rigWithLimit()
    refused.add('m1')
    client.send(message(1, undefined, other))
    client.send(message(2, 1))
    expect(await write()).toEqual(['new-message (m1) rate_limited', 'new-message #2 (m2)'])
  })

  it('is refused once more requests were refused than the gateway remembers, and is accepted without `after`', async () => {
    const { client, refused, write } = await rigWithLimit({ pendingPerSession: 2 })
    for (const n of [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
      refused.add(`m${n}`)
      client.send(message(n))
    }
    client.send(message(11, 10))
    client.send(message(11))
    expect((await write()).slice(9)).toEqual(['new-message (m11) unavailable', 'new-message #2 (m11)'])
  })

  it('is an unknown field below the level that introduced it', async () => {
    const rig = await gatewayRig()
    const { client } = await rig.bound('ann')
    client.send(message(2, 1))
    await rig.settle()
    expect(client.frames.at(-1)?.error).toMatchObject({ code: 'invalid', details: { field: 'after', reason: 'unknown field' } })
  })
})

describe('A request without `after`', () => {
  it('is accepted after any refusal', async () => {
    const { client, refused, write } = await rigWithLimit()
    refused.add('m1')
    client.send(message(1))
    client.send(message(2))
    expect(await write()).toEqual(['new-message (m1) rate_limited', 'new-message #2 (m2)'])
  })
})

describe('The commands of a closed socket', () => {
  it('are not published behind one that the log refuses', async () => {
    const { rig, client } = await rigWithLimit()
    rig.publishError = new PublishError('refused', 'scripted')
    client.send(message(1))
    client.send(message(2, 1))
    client.close()
    await rig.settle()
    expect(rig.log).toEqual([])
  })
})
