import { describe, expect, it } from 'vitest'
import { until } from '../support/poll.ts'
import { readiness } from '../support/stack/inspect.ts'
import { stackKind } from '../support/stack/start-stack.ts'
import { coupleOn, expectOneOrder, texts } from './couple.ts'
import { ownChat, quickWriters } from './own-chat.ts'

describe.skipIf(stackKind() === 'env')('Writers that freeze, start and stop', () => {
  const own = ownChat({ gateways: 2, writers: 0, env: quickWriters })

  it('one that resumes after its session timeout stores no duplicates and reorders nothing', async () => {
    const frozen = await own().chat.addWriter()
    await using couple = await coupleOn(own())
    const { ann, room } = couple
    const first = texts('before', 10)
    await Promise.all(first.map((text) => ann.say(room, text)))
    await frozen.pause()
    const during = texts('during', 20)
    const sending = Promise.all(during.map((text) => ann.say(room, text)))
    const successor = await own().chat.addWriter()
    await sending
    await frozen.resume()
    const after = texts('after', 10)
    for (const text of after) await ann.say(room, text)
    await expectOneOrder(couple, [...first, ...during, ...after])
    await frozen.kill()
    await successor.stop()
  })

  it('one that freezes before its append does not block the room, and its append fails when it resumes', async () => {
    const frozen = await own().chat.addWriter(
      { DIE_AT: 'before-commit', DIE_BY: 'SIGSTOP' },
      'test/faults/programs/doomed-writer.ts',
    )
    await using couple = await coupleOn(own())
    const { ann, room } = couple
    const sent = ['one', 'die', 'three', 'four']
    const sending = Promise.all(sent.map((text) => ann.say(room, text)))
    const successor = await own().chat.addWriter()
    await sending
    await frozen.resume()
    await ann.say(room, 'five')
    await expectOneOrder(couple, [...sent, 'five'])
    await frozen.kill()
    await successor.stop()
  })

  it('a changing number of writers under load loses, duplicates and reorders nothing', async () => {
    const first = await own().chat.addWriter()
    await using couple = await coupleOn(own())
    const { ann, bob, room } = couple
    let isOver = false
    const sent: string[] = []
    const talking = (async () => {
      for (let n = 0; !isOver; n += 1) {
        sent.push(`m${n}`)
        await ann.say(room, `m${n}`)
      }
    })()
    const more = await Promise.all([own().chat.addWriter(), own().chat.addWriter(), own().chat.addWriter()])
    await first.stop()
    await more[0]?.stop()
    await until('messages after the last change', () => {
      const last = bob.socket.feed(room).length
      return last > 5 && last
    })
    isOver = true
    await talking
    await expectOneOrder(couple, sent)
    const [left] = more.slice(-1)
    if (left !== undefined) expect(await readiness(left)).toMatchObject({ isConsuming: true, waiting: {} })
  })
})
