import { describe, expect, it } from 'vitest'
import { channelSubscriptions } from '../../../infra/fan-out/channel-subscriptions.ts'
import type { Subscription } from '../../../shared/ports/fan-out.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { fakeLink } from './fake-link.ts'

const nobody = (): void => {}

/** Resolves when all pending promises have run. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

const isReady = async ({ ready }: Subscription): Promise<boolean> => {
  let found = false
  void ready.then(() => {
    found = true
  })
  await settled()
  return found
}

const attached = async () => {
  const subscriptions = channelSubscriptions(recordingLog())
  const link = fakeLink()
  await subscriptions.attach(link)
  return { subscriptions, link }
}

describe('channel subscriptions', () => {
  it('combine the changes of one turn of the event loop into one command, and omit changes that cancel each other', async () => {
    const { subscriptions, link } = await attached()
    const brief = subscriptions.subscribe('brief', nobody)
    for (const channel of ['a', 'b', 'a']) subscriptions.subscribe(channel, nobody)
    brief.close()
    await settled()
    expect(link.commands).toEqual([['subscribe', 'a', 'b']])
    expect(await isReady(brief)).toBe(true)
  })

  it('unsubscribe from a channel with its last listener', async () => {
    const { subscriptions, link } = await attached()
    const [one, other] = [subscriptions.subscribe('a', nobody), subscriptions.subscribe('a', nobody)]
    one.close()
    one.close()
    await settled()
    other.close()
    await settled()
    expect(link.commands).toEqual([
      ['subscribe', 'a'],
      ['unsubscribe', 'a'],
    ])
  })

  it('are ready when the server has answered, also for listeners that were added meanwhile', async () => {
    const { subscriptions, link } = await attached()
    const first = subscriptions.subscribe('a', nobody)
    await settled()
    const second = subscriptions.subscribe('a', nobody)
    expect([await isReady(first), await isReady(second)]).toEqual([false, false])
    link.answer()
    expect([await isReady(first), await isReady(second)]).toEqual([true, true])
  })

  it('are ready at once without a link, and when the link is lost', async () => {
    const { subscriptions } = await attached()
    const waiting = subscriptions.subscribe('a', nobody)
    await settled()
    subscriptions.detach()
    expect(await isReady(waiting)).toBe(true)
    expect(await isReady(subscriptions.subscribe('b', nobody))).toBe(true)
  })

  it('subscribe to all channels over a new link, and resolve when the server has answered', async () => {
    const { subscriptions } = await attached()
    for (const channel of ['a', 'b']) subscriptions.subscribe(channel, nobody)
    subscriptions.detach()
    const gone = subscriptions.subscribe('gone', nobody)
    subscriptions.subscribe('c', nobody)
    gone.close()
    const next = fakeLink()
    let isAttached = false
    const attaching = subscriptions.attach(next).then(() => {
      isAttached = true
    })
    await settled()
    expect([next.commands, isAttached]).toEqual([[['subscribe', 'a', 'b', 'c']], false])
    next.answer()
    await attaching
  })

  it('wait for the answer of a new link for channels that are added later', async () => {
    const subscriptions = channelSubscriptions(recordingLog())
    const link = fakeLink()
    subscriptions.subscribe('a', nobody)
    const attaching = subscriptions.attach(link)
    const late = subscriptions.subscribe('late', nobody)
    expect(await isReady(late)).toBe(false)
    link.answer()
    await attaching
    expect(await isReady(late)).toBe(true)
  })

  it('reject when a new link refuses, and release all waiting listeners', async () => {
    const subscriptions = channelSubscriptions(recordingLog())
    const link = fakeLink()
    subscriptions.subscribe('a', nobody)
    const attaching = subscriptions.attach(link)
    const late = subscriptions.subscribe('late', nobody)
    await settled()
    link.refuse(new Error('no'))
    await expect(attaching).rejects.toThrow('no')
    subscriptions.detach()
    expect(await isReady(late)).toBe(true)
  })
})
