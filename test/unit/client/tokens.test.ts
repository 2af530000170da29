import { describe, expect, it } from 'vitest'
import { expiryOf } from '../../../shared/client/token-source.ts'
import { room, script } from './scripted-service.ts'

const startMs = Date.parse('2026-01-01T00:00:00.000Z')
const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
/** A token that ends so many seconds after the start of a script. */
const jwt = (seconds: number): string =>
  `${base64url({ alg: 'none' })}.${base64url({ exp: startMs / 1_000 + seconds, sub: 'ännchen' })}.sig`

const tokensInTurn = (...tokens: readonly (string | Error)[]) => {
  let given = 0
  return (): string => {
    const token = tokens[given] ?? tokens.at(-1)
    given += 1
    if (typeof token !== 'string') throw token
    return token
  }
}

describe('A token', () => {
  it('travels as a subprotocol', async () => {
    const { clock, last } = script({ token: 'a.b.c' })
    await clock.run(0)
    expect(last().protocols).toEqual(['chat.v1', 'bearer.a.b.c'])
  })

  it('names the user where the application does not', async () => {
    const { bind } = script({ token: 'a.b.c', user: undefined as never })
    expect((await bind()).body).toEqual({ resume: { rooms: {}, max: 1_000 } })
  })

  it('comes from one place only', () => {
    expect(() => script({ token: 'a', getToken: () => 'b' })).toThrow('either token or getToken')
  })

  it('is asked for anew for each connection', async () => {
    const { bind, clock, last } = script({ getToken: tokensInTurn('one', 'two') })
    await bind()
    last().drop(4003)
    await clock.run(1_000)
    await bind()
    expect(last().protocols).toEqual(['chat.v1', 'bearer.two'])
  })

  it('that cannot be had is a connection that cannot be made', async () => {
    const problem = new Error('signed out?')
    const { bind, clock, sockets, states, client } = script({ getToken: tokensInTurn(problem, 'two') })
    await clock.run(0)
    expect(states.at(-1)).toEqual({ state: 'offline', retryInMs: 250, error: problem })
    expect(sockets).toHaveLength(0)
    await clock.run(250)
    await bind()
    expect(client.state.state).toBe('online')
  })

  it('that is fixed and has expired ends the client', async () => {
    const { bind, client, last } = script({ token: 'a.b.c' })
    await bind()
    const sending = client.send(room, 'x')
    last().drop(4003, 'token expired')
    await expect(sending).rejects.toMatchObject({ code: 'ended', closeCode: 4003 })
  })
})

describe('A fixed token', () => {
  it('that has not ended opens the next connection after the service has ended the session', async () => {
    const { bind, clock, client, last, sockets } = script({ token: jwt(1_000) })
    await bind()
    last().drop(4003, 'token expired')
    await clock.run(1_000)
    await bind()
    expect([client.state.state, sockets.length]).toEqual(['online', 2])
    await clock.run(1_000_000)
    await bind()
    last().drop(4003, 'token expired')
    expect(client.state.state).toBe('closed')
  })
})

describe('A token that is about to end', () => {
  const long = { silenceMs: 10_000_000, pongMs: 1_000 }

  it('is replaced on the connection a minute before, and again by what the service says', async () => {
    const { bind, clock, last, sockets } = script({ getToken: tokensInTurn(jwt(600), jwt(1_200), jwt(9_000)), times: long })
    await bind()
    await clock.run(539_999)
    expect(last().sent).toEqual([])
    await clock.run(1)
    const request = last().take('refresh')
    expect(request.body).toEqual({ token: jwt(1_200) })
    last().answer(request, { expires_at: new Date(startMs + 800_000).toISOString() })
    await clock.run(199_999)
    expect(last().sent).toEqual([])
    await clock.run(1)
    last().answer(last().take('refresh'), {})
    await clock.run(8_199_999)
    expect(last().sent).toEqual([])
    await clock.run(1)
    last().take('refresh')
    expect(sockets).toHaveLength(1)
  })

  it('and does not live a minute at all is replaced at half its life', async () => {
    const { bind, clock, last } = script({ getToken: tokensInTurn(jwt(20)), times: long })
    await bind()
    await clock.run(9_999)
    expect(last().sent).toEqual([])
    await clock.run(1)
    last().take('refresh')
  })

  it('is not shown where frames are shown', async () => {
    const { bind, clock, client } = script({ getToken: tokensInTurn(jwt(20)), times: long })
    const passed: string[] = []
    client.on('frame', ({ text }) => passed.push(text))
    await bind()
    await clock.run(10_000)
    expect(passed.at(-1)).toMatch(/^\{"event":"refresh","id":"[^"]+","body":\{"token":"…"\}\}$/)
    expect(passed.join()).not.toContain(jwt(20))
  })

  it('and cannot be replaced now is asked for again', async () => {
    const { bind, clock, last } = script({ getToken: tokensInTurn(jwt(20), new Error('later'), jwt(60), jwt(90)), times: long })
    await bind()
    await clock.run(10_000)
    expect(last().sent).toEqual([])
    await clock.run(250)
    last().refuse(last().take('refresh'), 'unavailable', { retryable: true })
    await clock.run(500)
    expect(last().take('refresh').body).toEqual({ token: jwt(90) })
  })

  it('and whose successor cannot be verified yet is asked for again when the service says', async () => {
    const { bind, clock, last } = script({ getToken: tokensInTurn(jwt(60), jwt(90)), times: long })
    await bind()
    await clock.run(30_000)
    last().refuse(last().take('refresh'), 'unavailable', { retryable: true, retry_after_ms: 9_000 })
    await clock.run(8_999)
    expect(last().sent).toEqual([])
    await clock.run(1)
    expect(last().take('refresh').body).toEqual({ token: jwt(90) })
  })

  it('and is refused its successor is left to the service', async () => {
    const { bind, clock, last } = script({ getToken: tokensInTurn(jwt(20)), times: long })
    await bind()
    await clock.run(10_000)
    last().refuse(last().take('refresh'), 'unauthenticated')
    await clock.run(100_000)
    expect(last().sent).toEqual([])
  })

  it('is nothing to a connection that is gone', async () => {
    let give: (token: string) => void = () => undefined
    const later = new Promise<string>((resolve) => {
      give = resolve
    })
    let asked = 0
    const { bind, clock, last } = script({
      getToken: () => {
        asked += 1
        return asked === 2 ? later : jwt(20)
      },
      times: long,
    })
    await bind()
    await clock.run(10_000)
    last().drop()
    await clock.run(250)
    await bind()
    give('late')
    await clock.run(0)
    expect(last().sent).toEqual([])
  })

  it('far away is waited for in steps', async () => {
    const days = 86_400
    const { bind, clock, last } = script({
      getToken: tokensInTurn(jwt(60 * days)),
      times: { silenceMs: 1e12, pongMs: 1_000, connectMs: 1e12 },
    })
    await bind()
    await clock.run(59 * days * 1_000)
    expect(last().sent).toEqual([])
    await clock.run(days * 1_000)
    last().take('refresh')
  })
})

describe('The expiry of a token', () => {
  it('is read where there is one', () => {
    expect(expiryOf(jwt(5))).toBe(startMs + 5_000)
    for (const odd of ['', 'opaque', 'a.b.c', `a.${base64url({ exp: 'soon' })}.c`, `a.${base64url({})}.c`])
      expect(expiryOf(odd)).toBeUndefined()
  })
})
