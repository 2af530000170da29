import { once } from 'node:events'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { admissionRig } from '../admission-rig.ts'

const statusOf = async (socket: Socket): Promise<string> => {
  const [chunk] = (await once(socket, 'data')) as [Buffer]
  return chunk.toString('latin1').split(' ')[1] ?? ''
}

describe('The HTTP API', () => {
  it('refuses a request above the bound of requests in flight, and accepts one again below it', async () => {
    await using rig = await admissionRig({ bounds: { callsPerGateway: 2 } })
    const request = rig.callBytes('{"body":{"users":[]}}')
    const first = await rig.open(request)
    const { end } = await rig.verification()
    await rig.open(request)
    await rig.verification()
    expect(await statusOf(await rig.open(request))).toBe('503')
    const answered = statusOf(first)
    end({ fault: 'token_invalid' })
    expect(await answered).toBe('401')
    await rig.open(request)
    await rig.verification()
  })
})
