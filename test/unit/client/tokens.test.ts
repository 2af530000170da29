import { describe, expect, it } from 'vitest'
import { timesOf } from '../../../shared/client/token-source.ts'
import { room, script } from './scripted-service.ts'

const startMs = Date.parse('2026-01-01T00:00:00.000Z')
const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
/** A token that expires this many seconds after the start of a script. */
const jwt = (seconds: number, claims: object = {}): string =>
  `${base64url({ alg: 'none' })}.${base64url({ exp: startMs / 1_000 + seconds, sub: 'ännchen', ...claims })}.sig`

const tokensInTurn = (...tokens: readonly (string | Error)[]) => {
  let given = 0
  return (): string => {
    const token = tokens[given] ?? tokens.at(-1)
    given += 1
    if (typeof token !== 'string') throw token
    return token
  }
}

const times = { silenceMs: 10_000_000, pongMs: 1_000, refreshLeastMs: 1_000 }

describe('A token', () => {
  it('is sent as a subprotocol', async () => {
    const { clock, last } = script({ token: 'a.b.c' })
    await clock.run(0)
    expect(last().protocols).toEqual(['chat.v1', 'bearer.a.b.c'])
  })

  it('names the user if the application does not', async () => {
    const { bind } = script({ token: 'a.b.c', user: undefined as never })
    expect((await bind()).body).toEqual({ resume: { rooms: {}, max: 1_000 } })
  })

  it('is given either as `token` or by `getToken`', () => {
    expect(() => script({ token: 'a', getToken: () => 'b' })).toThrow('either token or getToken')
  })

  it('is requested again for each connection', async () => {
    const { bind, clock, last } = script({ getToken: tokensInTurn('one', 'two') })
    await bind()
    last().drop(4003)
    await clock.run(1_000)
    await bind()
    expect(last().protocols).toEqual(['chat.v1', 'bearer.two'])
  })

  it('is requested again after the back-off if `getToken` fails', async () => {
    const problem = new Error('signed out?')
    const { bind, clock, sockets, states, client } = script({ getToken: tokensInTurn(problem, 'two') })
    await clock.run(0)
    expect(states.at(-1)).toEqual({ state: 'offline', retryInMs: 250, error: problem })
    expect(sockets).toHaveLength(0)
    await clock.run(250)
    await bind()
    expect(client.state.state).toBe('online')
  })
})

describe('A fixed token', () => {
  it('ends the client if the client cannot parse it and the service reports that it has expired', async () => {
    const { bind, client, last } = script({ token: 'a.b.c' })
    await bind()
    const sending = client.send(room, 'x')
    last().drop(4003, 'token expired')
    await expect(sending).rejects.toMatchObject({ code: 'ended', closeCode: 4003 })
  })

  it('opens the next connection if the service ended the session before the token expired', async () => {
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

  it('ends the client if the service closes a new connection because the token is too old to create a user', async () => {
    const { bind, clock, client, last, sockets } = script({ token: jwt(1_000) })
    await bind()
    last().drop(1006)
    await clock.run(1_000)
    last().open()
    last().drop(4003, 'token expired')
    await clock.run(60_000)
    expect([client.state.state, sockets.length]).toEqual(['closed', 2])
  })

  it.each([
    ['ahead of', 5_000_000],
    ['behind', -5_000_000],
  ])('is checked against the clock of the service if the device clock is %s it', async (_, deviceAheadMs) => {
    const { bind, clock, client, last } = script({ token: jwt(1_000 - deviceAheadMs / 1_000) })
    await bind({ deviceAheadMs })
    last().drop(4003, 'token expired')
    expect(client.state.state).toBe('offline')
    await clock.run(1_000_000)
    await bind({ deviceAheadMs })
    last().drop(4003, 'token expired')
    expect(client.state.state).toBe('closed')
  })
})

describe('A token that is about to expire', () => {
  it('is refreshed on the connection a minute before it expires, and again by the time in the answer', async () => {
    const { bind, clock, last, sockets } = script({ getToken: tokensInTurn(jwt(600), jwt(1_200), jwt(9_000)), times })
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

  it('is refreshed at half its life if it lives for less than two minutes', async () => {
    const { bind, clock, last } = script({ getToken: tokensInTurn(jwt(20)), times })
    await bind()
    await clock.run(9_999)
    expect(last().sent).toEqual([])
    await clock.run(1)
    last().take('refresh')
  })

  it.each([
    ['ahead of', 3_600_000],
    ['behind', -3_600_000],
  ])('is refreshed in time if the device’s clock is %s the service’s', async (_, deviceAheadMs) => {
    const { bind, clock, last } = script({ getToken: tokensInTurn(jwt(600 - deviceAheadMs / 1_000)), times })
    await bind({ deviceAheadMs })
    await clock.run(539_999)
    expect(last().sent).toEqual([])
    await clock.run(1)
    last().take('refresh')
  })

  it('is refreshed according to its lifetime, from `iat` to `exp`, if the service does not answer `ping`', async () => {
    const issued = (startMs - 3_600_000) / 1_000
    const { bind, clock, last } = script({ getToken: tokensInTurn(jwt(-3_000, { iat: issued })), times })
    await bind({ ping: 'refused' })
    await clock.run(539_999)
    expect(last().sent).toEqual([])
    await clock.run(1)
    last().take('refresh')
  })

  it('is refreshed at most once per `refreshLeastMs`, even with wrong clocks and short-lived tokens', async () => {
    const { bind, clock, last } = script({ getToken: () => jwt(-3_600), times: { ...times, refreshLeastMs: 5_000 } })
    await bind({ ping: 'refused' })
    let refreshes = 0
    for (let second = 0; second < 60; second += 1) {
      await clock.run(1_000)
      for (const request of last().sent.splice(0)) {
        refreshes += 1
        last().answer(request, { expires_at: new Date(startMs - 3_600_000).toISOString() })
      }
    }
    expect(refreshes).toBe(12)
  })

  it('is left out of the frames that listeners receive', async () => {
    const { bind, clock, client } = script({ getToken: tokensInTurn(jwt(20)), times })
    const passed: string[] = []
    client.on('frame', ({ text }) => passed.push(text))
    await bind()
    await clock.run(10_000)
    expect(passed.at(-1)).toMatch(/^\{"event":"refresh","id":"[^"]+","body":\{"token":"…"\}\}$/)
    expect(passed.join()).not.toContain(jwt(20))
  })

  it('is requested again if `getToken` fails', async () => {
    const { bind, clock, last } = script({ getToken: tokensInTurn(jwt(20), new Error('later'), jwt(60), jwt(90)), times })
    await bind()
    await clock.run(10_000)
    expect(last().sent).toEqual([])
    await clock.run(1_000)
    last().refuse(last().take('refresh'), 'unavailable', { retryable: true })
    await clock.run(1_000)
    expect(last().take('refresh').body).toEqual({ token: jwt(90) })
  })

  it('is refreshed again no sooner than the service asks', async () => {
    const { bind, clock, last } = script({ getToken: tokensInTurn(jwt(60), jwt(90)), times })
    await bind()
    await clock.run(30_000)
    last().refuse(last().take('refresh'), 'unavailable', { retryable: true, retry_after_ms: 9_000 })
    await clock.run(8_999)
    expect(last().sent).toEqual([])
    await clock.run(1)
    expect(last().take('refresh').body).toEqual({ token: jwt(90) })
  })

  it('is not refreshed again after the service has refused the new token', async () => {
    const { bind, clock, last } = script({ getToken: tokensInTurn(jwt(20)), times })
    await bind()
    await clock.run(10_000)
    last().refuse(last().take('refresh'), 'unauthenticated')
    await clock.run(100_000)
    expect(last().sent).toEqual([])
  })

  it('is not refreshed on a connection that is closed', async () => {
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
      times,
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

  it('is waited for in steps if its expiry exceeds the range of a timer', async () => {
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

describe('The times of a token', () => {
  it('are read from a JWT, and are undefined if it does not state them', () => {
    expect(timesOf(jwt(5, { iat: startMs / 1_000 }))).toEqual({ issuedAtMs: startMs, expiresAtMs: startMs + 5_000 })
    for (const odd of ['', 'opaque', 'a.b.c', `a.${base64url({ exp: 'soon' })}.c`, `a.${base64url({})}.c`])
      expect(timesOf(odd)).toEqual({ issuedAtMs: undefined, expiresAtMs: undefined })
  })
})
