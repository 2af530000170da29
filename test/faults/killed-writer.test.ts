import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { roomEvents } from '../support/checker/event-topic.ts'
import type { FeedFrame } from '../support/client/chat-socket.ts'
import { freshName, personOn } from '../support/client/person.ts'
import { until } from '../support/poll.ts'
import type { Stack } from '../support/stack/stack.ts'
import type { Chat } from '../support/stack/start-chat.ts'
import { startChat } from '../support/stack/start-chat.ts'
import { stackKind, startStack } from '../support/stack/start-stack.ts'
import { ownChat } from './own-chat.ts'
import { measureWriterGaps } from './writer-gaps.ts'

/** A short session, so that a killed writer is detected after two seconds instead of ten. */
const quickTimes = { CONSUMER_SESSION_MS: '2000', CONSUMER_HEARTBEAT_MS: '300', CONSUMER_REBALANCE_MS: '3000' }

describe.skipIf(stackKind() === 'env')('A writer that is killed', () => {
  let stack: Stack
  let chat: Chat
  beforeAll(async () => {
    stack = await startStack()
    chat = await startChat(stack, { gateways: 2, writers: 0, env: quickTimes })
  })
  afterAll(async () => {
    await chat[Symbol.asyncDispose]()
    await stack[Symbol.asyncDispose]()
  })

  it.each(['before-commit', 'before-publish', 'before-acknowledge'])(
    '%s leaves no gap, no duplicate and no other order, and its successor settles every message',
    async (DIE_AT) => {
      const doomed = await chat.addWriter({ DIE_AT }, 'test/faults/programs/doomed-writer.ts')
      const [one, other] = chat.gateways.map(({ url }) => url)
      await using ann = await personOn(one ?? '', freshName('ann'))
      await using bob = await personOn(other ?? '', freshName('bob'))
      const { room } = await ann.createChat('deadly', [bob.id])
      await bob.feedTo(room, 1)
      const texts = Array.from({ length: 30 }, (_, n) => (n === 10 ? 'die' : `m${n}`))
      const settled = Promise.all(texts.map((text) => ann.say(room, text)))
      const refused = ann.socket.request('remove-users', { users: [ann.id] }, { room, as: bob.id })
      await doomed.exited
      const successor = await chat.addWriter()
      const confirmations = (await settled) as FeedFrame[]
      expect((await refused).error?.code).toBe('forbidden')
      const feed = await bob.feedTo(room, 31)
      expect(feed.map(({ seq }) => seq)).toEqual(Array.from({ length: 31 }, (_, index) => index + 1))
      expect(feed.slice(1).map(({ body }) => body.msg)).toEqual(texts)
      expect(confirmations.map(({ body }) => body?.id)).toEqual(feed.slice(1).map(({ body }) => body.id))
      expect((await ann.history(room)).map(({ msg }) => msg)).toEqual(texts)
      const { kafkaBrokers } = stack.urls()
      const records = await roomEvents(kafkaBrokers, chat.namespace, room, 31)
      const firsts = [...new Set(records.map(({ seq }) => seq))]
      expect(firsts).toEqual(feed.map(({ seq }) => seq))
      await until('a ready writer', async () => (await fetch(`${successor.internalUrl}/readyz`)).ok)
      await successor.stop()
    },
  )
})

/** Long enough to distinguish a room that waits for the session's end from one that does not, on a loaded machine. */
const sessionMs = 9_000
const session = { CONSUMER_SESSION_MS: String(sessionMs), CONSUMER_HEARTBEAT_MS: '300' }

describe.skipIf(stackKind() === 'env')('One of two writers that is killed', () => {
  const partitions = 12
  const own = ownChat({ gateways: 1, writers: 2, env: { ...session, PARTITIONS: String(partitions) } })

  it('does not stop rooms of the other writer, and its own rooms for one session timeout at most, also after an immediate restart', async () => {
    const { killed, living } = await measureWriterGaps(own().chat, {
      partitions,
      rooms: 24,
      everyMs: 50,
      restartAfterMs: 300,
      watchMs: 16_000,
    })
    expect(killed.rooms).toBeGreaterThan(0)
    expect(living.rooms).toBeGreaterThan(0)
    // A loaded machine takes up to two seconds for a message; a room that waits for the dead writer takes over seven.
    expect(living.longestMs).toBeLessThan(5_000)
    expect(killed.longestMs).toBeLessThan(sessionMs + 5_000)
  })
})
