import type { History } from '../../support/load/history.ts'
import type { LatencySummary } from '../../support/load/latencies.ts'
import { createLatencies } from '../../support/load/latencies.ts'
import { nowMs } from '../../support/load/load-context.ts'
import { until } from '../../support/poll.ts'
import type { Stack } from '../../support/stack/stack.ts'
import { startChat } from '../../support/stack/start-chat.ts'
import { openLoad } from './open-load.ts'

export interface KilledGateway {
  readonly sockets: number
  readonly resumedRooms: number
  /** From the start of a new connection to the answer after its last missed frame. */
  readonly resume: LatencySummary
}

const users = 1_000
const perSecond = 200

/** For each socket that was opened after this time: how long until the answer to its resume, after all missed frames. */
const resumeTimes = (history: History, sinceMs: number): Pick<KilledGateway, 'resume' | 'sockets' | 'resumedRooms'> => {
  const openedAt = new Map<number, number>()
  const resumedAt = new Map<number, number>()
  let resumedRooms = 0
  for (const { kind, at, socket } of history.entries()) {
    if (at < sinceMs) continue
    if (kind === 'opened') openedAt.set(socket, at)
    if (kind !== 'resumed' || !openedAt.has(socket)) continue
    resumedRooms += 1
    resumedAt.set(socket, at)
  }
  const resume = createLatencies()
  for (const [socket, at] of resumedAt) resume.record(at - (openedAt.get(socket) ?? at))
  return { resume: resume.summary(), sockets: resumedAt.size, resumedRooms }
}

/** 1,000 sockets in 200 rooms at 200 messages a second on two gateways, of which one is killed. */
export const killGateway = async (stack: Stack): Promise<KilledGateway> => {
  await using chat = await startChat(stack, { gateways: 2, writers: 1 })
  using load = await openLoad(chat, { users, rooms: 200, roomSize: '5', messageSize: '100' })
  const pace = load.sendMessages(perSecond, perSecond * 20)
  await until('the load to flow', () => load.context.counts.confirmed > perSecond * 5, { withinMs: 60_000 })
  const killedMs = nowMs()
  await chat.gateways[0]?.kill()
  await pace.done
  await load.settled(60_000)
  return resumeTimes(load.context.history, killedMs)
}
