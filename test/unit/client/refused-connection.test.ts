import { describe, expect, it, onTestFinished } from 'vitest'
import type { Fetch } from '../../../shared/client/refused-connection.ts'
import { refusalFinder } from '../../../shared/client/refused-connection.ts'
import { script } from './scripted-service.ts'

const answer = (status: number, body: unknown) => Promise.resolve({ status, json: () => Promise.resolve(body) })
const refusing = (code: string, refusal: string | undefined, status = 401): Fetch => {
  const details = refusal === undefined ? undefined : { refusal }
  return () => answer(status, { event: 'get-users', error: { code, message: 'for the test', retryable: false, details } })
}
const url = new URL('ws://chat.test:8080/chat/ws')
const tokenRefused = refusing('unauthenticated', 'token_expired')

describe('The reason of a refused connection', () => {
  it('is requested from the HTTP API beside the socket, with the same token', async () => {
    const calls: unknown[] = []
    const find = refusalFinder(url, (...call) => {
      calls.push(call)
      return answer(403, { error: { code: 'forbidden', message: 'only a service may call' } })
    })
    expect(await find('a.b.c')).toBeUndefined()
    expect(calls).toEqual([
      ['http://chat.test:8080/chat/api/v1/get-users', { method: 'POST', headers: { authorization: 'Bearer a.b.c' } }],
    ])
  })

  it.each([
    ['unauthenticated', 'token_invalid', 401],
    ['forbidden', 'host', 403],
    ['unavailable', 'gateway_full', 503],
  ])('is the answer of the gateway: %s (%s)', async (code, refusal, status) => {
    const error = await refusalFinder(url, refusing(code, refusal, status))('a.b.c')
    expect(error).toMatchObject({ code, message: `${code}: for the test`, details: { refusal } })
  })

  it('is unknown if the answer is not about the connection', async () => {
    expect(await refusalFinder(url, refusing('invalid', undefined, 415))('a.b.c')).toBeUndefined()
    expect(await refusalFinder(url, () => answer(502, 'not a JSON object'))(undefined)).toBeUndefined()
    expect(await refusalFinder(url, () => Promise.reject(new Error('down')))(undefined)).toBeUndefined()
  })

  it('is a wrong path if the HTTP API is not found', async () => {
    const error = await refusalFinder(url, () => answer(404, ''))(undefined)
    expect(error?.message).toContain('no chat service at ws://chat.test:8080/chat/ws')
  })

  it('is the origin if the service answers but the page may not read the answer', async () => {
    Object.assign(globalThis, { location: { origin: 'http://localhost:5173' } })
    onTestFinished(() => void Reflect.deleteProperty(globalThis, 'location'))
    const blocked: Fetch = (_, { mode }) => (mode === 'no-cors' ? answer(0, '') : Promise.reject(new TypeError('blocked')))
    expect(await refusalFinder(url, blocked)('a.b.c')).toMatchObject({
      code: 'forbidden',
      message: expect.stringMatching(/does chat\.test:8080 have http:\/\/localhost:5173 in ALLOWED_ORIGINS\?$/),
    })
    expect(await refusalFinder(url, () => Promise.reject(new TypeError('down')))('a.b.c')).toBeUndefined()
  })
})

describe('A client whose connection is refused', () => {
  const refused = async (options: Parameters<typeof script>[0]) => {
    const scripted = script(options)
    await scripted.clock.run(0)
    scripted.last().drop(1006)
    await scripted.clock.run(0)
    return scripted
  }

  it('ends if its only token is refused, and `ready` rejects with the refusal as the cause', async () => {
    const { client, clock, sockets } = await refused({ token: 'a.b.c', fetch: tokenRefused })
    await expect(client.ready()).rejects.toMatchObject({
      code: 'ended',
      message: expect.stringContaining('ws://chat.test/ws refused the connection: unauthenticated'),
      cause: { code: 'unauthenticated' },
    })
    await clock.run(60_000)
    expect(sockets).toHaveLength(1)
  })

  it('reports a refused token and retries if `getToken` may return another one', async () => {
    const { clock, states, sockets } = await refused({ getToken: () => 'a.b.c', fetch: tokenRefused })
    expect(states.at(-1)).toMatchObject({ state: 'offline', retryInMs: 250, error: { code: 'unauthenticated' } })
    await clock.run(250)
    expect(sockets).toHaveLength(2)
  })

  it.each([
    ['a wrong address', () => answer(404, ''), 'no chat service at'],
    ['an address where nothing answers', () => Promise.reject(new Error('down')), 'no WebSocket was opened'],
  ] as const)('retries %s, and reports an error that says so', async (_what, fetch, reason) => {
    const { clock, states, sockets } = await refused({ token: 'a.b.c', fetch })
    const error = { code: 'disconnected', message: expect.stringContaining(reason), retryable: true }
    expect(states.at(-1)).toMatchObject({ state: 'offline', retryInMs: 250, error })
    await clock.run(250)
    expect(sockets).toHaveLength(2)
  })

  it('requests the reason only at every fourth consecutive failure', async () => {
    let asked = 0
    const fetch: Fetch = () => {
      asked += 1
      return answer(503, {})
    }
    const { clock, last } = await refused({ fetch, times: { backoffMostMs: 500 } })
    for (let attempt = 2; attempt <= 9; attempt += 1) {
      await clock.run(500)
      last().drop(1006)
      await clock.run(0)
    }
    expect(asked).toBe(3)
  })

  it('does not request a reason for a connection that was open', async () => {
    let asked = 0
    const fetch: Fetch = () => {
      asked += 1
      return answer(503, {})
    }
    const { bind, clock, last } = script({ fetch })
    await bind()
    last().drop(1006)
    await clock.run(0)
    expect(asked).toBe(0)
  })

  it('does not report an old reason once it connects again', async () => {
    let reply: (answer: Awaited<ReturnType<Fetch>>) => void = () => undefined
    const fetch: Fetch = () => new Promise((resolve) => (reply = resolve))
    const { bind, clock, client, states } = await refused({ getToken: () => 'a.b.c', fetch })
    await clock.run(250)
    await bind()
    reply(await tokenRefused('', { method: 'POST', headers: {} }))
    await clock.run(0)
    expect([client.state, states.at(-1)]).toEqual([{ state: 'online' }, { state: 'online' }])
  })
})
