import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectOptions } from '../../shared/client/chat-client.ts'
import { connect } from '../../shared/client/connect.ts'
import { freshName } from '../support/client/person.ts'
import { secretIssuer, testSecret } from '../support/issuer.ts'
import { until } from '../support/poll.ts'
import type { EmbeddedChat } from '../support/stack/start-embedded.ts'
import { startEmbedded } from '../support/stack/start-embedded.ts'

const backoff = { withinMs: 40_000 }
const { token } = secretIssuer()
const stranger = secretIssuer('another secret, as long as the first one is, more or less')

describe('Applications on the client, with a chat that requires tokens', () => {
  let chat: EmbeddedChat
  beforeAll(async () => {
    chat = await startEmbedded({ AUTH: 'jwt', JWT_SECRET: testSecret, JWT_LEEWAY_S: '0' })
  })
  afterAll(() => chat[Symbol.asyncDispose]())

  const application = (options: ConnectOptions) => {
    const client = connect(chat.url, { times: { backoffFirstMs: 50, backoffMostMs: 500, refreshLeastMs: 500 }, ...options })
    const states: string[] = []
    const received: string[] = []
    client.on('state', ({ state }) => states.push(state))
    client.on('message', ({ msg }) => received.push(msg))
    return { client, states, received, [Symbol.dispose]: client.close }
  }

  it('are bound to the user of the token, and keep one connection while they replace expiring tokens', async () => {
    const sub = freshName('ann')
    let given = 0
    const getToken = (): Promise<string> => {
      given += 1
      return token({ sub, exp: 4 })
    }
    using ann = application({ getToken })
    const me = await ann.client.ready()
    expect(me.externalUserId).toBe(sub)
    const { id: room } = await ann.client.createChat({ name: 'long', users: [me.id] })
    for (let n = 1; n <= 4; n += 1) {
      await until(`token ${n + 1}`, () => given > n, backoff)
      await ann.client.send(room, `with token ${n + 1}`)
    }
    await until('all four messages', () => ann.received.length === 4, backoff)
    expect(ann.states).toEqual(['online'])
  })

  it('reconnect with a new token if the last one expired, and miss no message', async () => {
    const sub = freshName('bob')
    let given = 0
    const getToken = async (): Promise<string> => {
      given += 1
      if (given === 2) await sleep(5_000)
      return token({ sub, exp: given === 1 ? 3 : 600 })
    }
    using bob = application({ getToken })
    const { id } = await bob.client.ready()
    const { id: room } = await bob.client.createChat({ name: 'gap', users: [id] })
    await until('the end of the token', () => bob.states.includes('offline'), backoff)
    await bob.client.send(room, 'afterwards')
    await until('bob to receive it', () => bob.received.length === 1, backoff)
    expect(bob.states.filter((state) => state !== 'connecting')).toEqual(['online', 'offline', 'online'])
  })

  it('retry after a refused token, and connect with a valid one', async () => {
    const sub = freshName('cyd')
    let given = 0
    const getToken = (): Promise<string> => {
      given += 1
      return given < 3 ? stranger.token({ sub }) : token({ sub })
    }
    using cyd = application({ getToken })
    expect((await cyd.client.ready()).externalUserId).toBe(sub)
    expect(given).toBe(3)
  })

  it('end when their only token expires', async () => {
    using dan = application({ token: await token({ sub: freshName('dan'), exp: 2 }) })
    await dan.client.ready()
    await until('the end', () => dan.client.state.state === 'closed', backoff)
    expect(dan.client.state).toMatchObject({ error: { code: 'ended', closeCode: 4003 } })
  })

  it('end if they name a user other than that of their token', async () => {
    using eve = application({ getToken: () => token({ sub: freshName('eve') }), user: { externalUserId: 'ann' } })
    await expect(eve.client.ready()).rejects.toMatchObject({ code: 'ended', cause: { code: 'forbidden' } })
  })
})
