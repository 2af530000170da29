import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { install } from '../../infra/native/install.ts'
import type { RedisServer } from '../../infra/native/redis.ts'
import { startRedis } from '../../infra/native/redis.ts'
import { listen, publish, untilReceived } from '../contract/fan-out/open-fan-out.ts'
import { makeScratchFolder, removeScratchFolder } from '../support/stack/scratch-folder.ts'
import { stackKind } from '../support/stack/start-stack.ts'
import { ask, asOpened, watch } from './fan-out-rig.ts'

const readme = readFileSync(new URL('../../infra/redis/README.md', import.meta.url), 'utf8')
const users = [...readme.matchAll(/^ACL (SETUSER .*)$/gm)].map(([, words = '']) => words.split(' '))

const as = (url: string, user: string, password: string) => {
  const changed = new URL(url)
  changed.username = user
  changed.password = password
  return { url: changed.href, isCluster: false, namespace: 'chat' }
}

describe.skipIf(stackKind() === 'env')('The fan-out on a Redis with access control lists', () => {
  const folder = makeScratchFolder('redis')
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedis({ tools: await install(), folder })
    for (const words of users) await ask(redis.url, 'ACL', ...words)
  })
  afterAll(async () => {
    await redis[Symbol.asyncDispose]()
    removeScratchFolder(folder)
  })
  const open = async () => {
    const near = await watch(as(redis.url, 'chat-gateway', 'gateway-password'))
    const far = await watch(as(redis.url, 'chat-writer', 'writer-password'))
    return { near, far, opened: asOpened(near, far) }
  }

  it('needs no more permissions than its document lists', async () => {
    const { opened } = await open()
    await using _ = opened
    const channel = `room:${randomUUID()}`
    const subscriber = await listen(opened, channel)
    await publish(opened.far, channel, 'a')
    await untilReceived(opened, subscriber, 1)
    expect(subscriber.received).toEqual(['a'])
    subscriber.close()
  })

  it('lets gateways publish signals to each other and count listeners, and writers do neither', async () => {
    const { near, far, opened } = await open()
    await using _ = opened
    await using other = await watch(as(redis.url, 'chat-gateway', 'gateway-password')).then(({ fanOut }) => ({
      fanOut,
      [Symbol.asyncDispose]: fanOut.close,
    }))
    const channel = 'signal:room:x'
    const subscriber = await listen(opened, channel)
    await publish(other.fanOut, channel, 'a')
    await untilReceived(opened, subscriber, 1)
    expect(await other.fanOut.listeners([channel, 'user:x'])).toEqual([1, 0])
    await expect(publish(near.fanOut, 'user:x', 'a')).rejects.toThrow('NOPERM')
    await expect(publish(far.fanOut, channel, 'a')).rejects.toThrow('NOPERM')
    await expect(far.fanOut.listeners([channel])).rejects.toThrow()
    expect([near.states, far.states]).toEqual([['up'], ['up']])
    subscriber.close()
  })

  it('lets a relay count listeners, and neither publish nor subscribe', async () => {
    const { opened } = await open()
    await using _ = opened
    const asRelay = () => watch(as(redis.url, 'chat-relay', 'relay-password'))
    const [counting, subscribing] = [await asRelay(), await asRelay()]
    const subscriber = await listen(opened, 'user:x')
    expect(await counting.fanOut.listeners(['user:x', 'user:y'])).toEqual([1, 0])
    await expect(publish(counting.fanOut, 'user:x', 'a')).rejects.toThrow('NOPERM')
    expect(counting.fanOut.state).toBe('up')
    await subscribing.fanOut.subscribe('user:x', () => {}).ready
    expect(subscribing.fanOut.state).toBe('down')
    subscriber.close()
    for (const { fanOut } of [counting, subscribing]) await fanOut.close()
  })

  it('continues after a refused publication, and does not log its content', async () => {
    const { near, far, opened } = await open()
    await using _ = opened
    const refused: unknown = await publish(near.fanOut, 'topic', 'secret').catch((error: unknown) => error)
    expect(refused).toMatchObject({ message: expect.stringContaining('NOPERM') })
    expect(JSON.stringify([refused, Object.entries(refused as Error), String(refused)])).not.toContain('secret')
    expect([near.states, far.states]).toEqual([['up'], ['up']])
  })

  it('is down if it may not subscribe', async () => {
    const { far, opened } = await open()
    await using _ = opened
    await far.fanOut.subscribe('topic', () => {}).ready
    expect(far.fanOut.state).toBe('down')
    expect(far.lines.join()).toContain('NOPERM')
  })

  it('logs why it is down, without the password', async () => {
    const watched = await watch(as(redis.url, 'chat-gateway', 'wrong-password'))
    expect([watched.fanOut.state, watched.states]).toEqual(['down', ['down']])
    await watched.fanOut.close()
    expect(watched.lines).toEqual([expect.stringMatching(/^the fan-out is down .*WRONGPASS/)])
    expect(watched.lines.join()).not.toContain('wrong-password')
  })
})
