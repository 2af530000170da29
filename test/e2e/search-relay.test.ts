import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Person } from '../support/client/person.ts'
import { freshName, personOn } from '../support/client/person.ts'
import { until } from '../support/poll.ts'
import type { Replica } from '../support/stack/replica.ts'
import { startService } from '../support/stack/replica.ts'
import { noStackReason, sharedStack } from '../support/stack/shared-stack.ts'
import type { Chat } from '../support/stack/start-chat.ts'
import { startChat } from '../support/stack/start-chat.ts'

const textsOf = async ({ socket }: Person, text: string): Promise<readonly string[]> => {
  const { body, error } = await socket.request('search-messages', { query: { text, limit: 200 } })
  if (error !== undefined) throw new Error(error.message)
  return ((body?.messages ?? []) as readonly { msg: string }[]).map(({ msg }) => msg)
}

const untilFound = (person: Person, text: string, count: number, withinMs: number): Promise<true> =>
  until(`${count} messages with "${text}"`, async () => (await textsOf(person, text)).length === count, { withinMs })

/** A chat at the highest feature level, whose gateway answers searches. */
const startSearching = async (): Promise<Chat> => {
  const chat = await startChat(sharedStack(), { gateways: 0, writers: 1, env: { SEARCH: 'on' } })
  await chat.admin('level', '--raise')
  await chat.addGateway()
  return chat
}

const startRelay = (chat: Chat): Promise<Replica> =>
  startService('search-relay', { entry: 'services/relay/main.ts', env: { ...chat.environment('relay'), RELAY_SINK: 'search' } })

describe.skipIf(noStackReason())('search-messages of a distributed chat', { timeout: 120_000 }, () => {
  it('finds messages within two seconds, and, across a restart of the relay, never by a former or deleted text', async () => {
    await using chat = await startSearching()
    await using ann = await personOn(chat.gateways[0]?.url ?? '', freshName('ann'))
    const { room } = await ann.createChat('Lunch', [])
    const [edited, deleted] = [randomUUID(), randomUUID()]
    await ann.say(room, 'early bird', edited)
    await ann.say(room, 'early worm')
    await ann.say(room, 'early cat', deleted)
    expect(await textsOf(ann, 'early')).toEqual([])
    const relay = await startRelay(chat)
    await untilFound(ann, 'early', 3, 20_000)
    for (let count = 1; count <= 5; count += 1) {
      await ann.say(room, `quick ${count}`)
      await untilFound(ann, 'quick', count, 2_000)
    }
    await relay.kill()
    await ann.socket.request('edit-message', { message: edited, msg: 'late bird' }, { room })
    await ann.socket.request('delete-message', { message: deleted }, { room })
    await ann.say(room, 'late worm')
    expect(await textsOf(ann, 'early')).toEqual(['early worm'])
    await relay.start()
    await untilFound(ann, 'late', 2, 20_000)
    expect(await textsOf(ann, 'early')).toEqual(['early worm'])
    await relay.kill()
  })

  it('finds the messages of a store that was indexed by `admin reindex`, without a relay', async () => {
    await using chat = await startSearching()
    await using ann = await personOn(chat.gateways[0]?.url ?? '', freshName('ann'))
    const { room } = await ann.createChat('Archive', [])
    await ann.say(room, 'an old message')
    await chat.admin('reindex')
    expect(await textsOf(ann, 'old')).toEqual(['an old message'])
  })
})
