import type { LatencySummary } from '../../support/load/latencies.ts'
import { until } from '../../support/poll.ts'
import { readiness } from '../../support/stack/inspect.ts'
import type { Stack } from '../../support/stack/stack.ts'
import { startChat } from '../../support/stack/start-chat.ts'
import { openLoad } from './open-load.ts'

export interface DeadRedis {
  readonly messages: number
  readonly stored: LatencySummary
  readonly received: LatencySummary
}

const perSecond = 100
const seconds = 20

/** 500 rooms at 100 messages a second on two gateways, with Redis killed. */
export const killRedis = async (stack: Stack): Promise<DeadRedis> => {
  await using chat = await startChat(stack, { gateways: 2, writers: 1 })
  using load = await openLoad(chat, { users: 500, rooms: 500, roomSize: '4', messageSize: '100' })
  await stack.redis.kill()
  const isDown = async (): Promise<boolean> => {
    const states = await Promise.all(chat.gateways.map(readiness))
    return states.every(({ fanOut }) => fanOut === 'down')
  }
  await until('both gateways to detect it', isDown, { withinMs: 20_000 })
  const { latencies } = load.context
  latencies.stored.reset()
  latencies.received.reset()
  await load.sendMessages(perSecond, perSecond * seconds).done
  await load.settled(60_000)
  await stack.redis.start()
  return { messages: perSecond * seconds, stored: latencies.stored.summary(), received: latencies.received.summary() }
}
