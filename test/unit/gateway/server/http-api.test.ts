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

  it('answers an event that needs a WebSocket, and an unknown one, with different reasons', async () => {
    await using rig = await admissionRig()
    const reasonOf = async (event: string) => {
      const answer = await fetch(rig.apiUrl(event), { method: 'POST', body: '{}' })
      const { error } = (await answer.json()) as { error?: { code: string; details?: { reason?: string } } }
      return error?.code === 'unknown_event' ? error.details?.reason : undefined
    }
    const socketOnly = 'is available on a WebSocket only'
    for (const event of ['watch', 'signal', 'resume', 'refresh', 'ping']) expect(await reasonOf(event)).toBe(socketOnly)
    expect(await reasonOf('shout')).toBe('there is no such event')
  })
})
