import { describe, expect, it } from 'vitest'
import { channelSubscriptions } from '../../../infra/fan-out/channel-subscriptions.ts'
import type { Subscription } from '../../../shared/ports/fan-out.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { fakeLine } from './fake-line.ts'

const nobody = (): void => {}

/** All that can happen without anybody else's doing. */
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
  const line = fakeLine()
  await subscriptions.attach(line)
  return { subscriptions, line }
}

describe('topic subscriptions', () => {
  it('make one command of what is asked for in one turn, and none of what comes and goes', async () => {
    const { subscriptions, line } = await attached()
    const brief = subscriptions.subscribe('brief', nobody)
    for (const channel of ['a', 'b', 'a']) subscriptions.subscribe(channel, nobody)
    brief.close()
    await settled()
    expect(line.commands).toEqual([['subscribe', 'a', 'b']])
    expect(await isReady(brief)).toBe(true)
  })

  it('let a channel go with its last listener', async () => {
    const { subscriptions, line } = await attached()
    const [one, other] = [subscriptions.subscribe('a', nobody), subscriptions.subscribe('a', nobody)]
    one.close()
    one.close()
    await settled()
    other.close()
    await settled()
    expect(line.commands).toEqual([
      ['subscribe', 'a'],
      ['unsubscribe', 'a'],
    ])
  })

  it('are ready when the server has answered, also for who joins meanwhile', async () => {
    const { subscriptions, line } = await attached()
    const first = subscriptions.subscribe('a', nobody)
    await settled()
    const second = subscriptions.subscribe('a', nobody)
    expect([await isReady(first), await isReady(second)]).toEqual([false, false])
    line.answer()
    expect([await isReady(first), await isReady(second)]).toEqual([true, true])
  })

  it('are ready at once while there is no line, and as soon as it is gone', async () => {
    const { subscriptions } = await attached()
    const waiting = subscriptions.subscribe('a', nobody)
    await settled()
    subscriptions.detach()
    expect(await isReady(waiting)).toBe(true)
    expect(await isReady(subscriptions.subscribe('b', nobody))).toBe(true)
  })

  it('take all that is held to a new line, and say so when all of it is heard', async () => {
    const { subscriptions } = await attached()
    for (const channel of ['a', 'b']) subscriptions.subscribe(channel, nobody)
    subscriptions.detach()
    const gone = subscriptions.subscribe('gone', nobody)
    subscriptions.subscribe('c', nobody)
    gone.close()
    const next = fakeLine()
    let isAttached = false
    const attaching = subscriptions.attach(next).then(() => {
      isAttached = true
    })
    await settled()
    expect([next.commands, isAttached]).toEqual([[['subscribe', 'a', 'b', 'c']], false])
    next.answer()
    await attaching
  })

  it('wait for the word of a new line for what is added once it is there', async () => {
    const subscriptions = channelSubscriptions(recordingLog())
    const line = fakeLine()
    subscriptions.subscribe('a', nobody)
    const attaching = subscriptions.attach(line)
    const late = subscriptions.subscribe('late', nobody)
    expect(await isReady(late)).toBe(false)
    line.answer()
    await attaching
    expect(await isReady(late)).toBe(true)
  })

  it('reject to attach to a line that refuses, and nobody is left waiting', async () => {
    const subscriptions = channelSubscriptions(recordingLog())
    const line = fakeLine()
    subscriptions.subscribe('a', nobody)
    const attaching = subscriptions.attach(line)
    const late = subscriptions.subscribe('late', nobody)
    await settled()
    line.refuse(new Error('no'))
    await expect(attaching).rejects.toThrow('no')
    subscriptions.detach()
    expect(await isReady(late)).toBe(true)
  })
})
