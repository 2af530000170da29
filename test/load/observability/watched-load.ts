import { createLoad } from '../../support/load/load.ts'
import { nowMs } from '../../support/load/load-context.ts'
import { freshTag } from '../../support/load/run-ids.ts'
import type { Chat } from '../../support/stack/start-chat.ts'
import type { Prometheus, ScrapeTarget } from './prometheus.ts'
import { startPrometheus } from './prometheus.ts'

export interface WatchedLoadOptions {
  readonly perSecond: number
  readonly messages: number
  /** Further processes to scrape. */
  readonly others?: readonly ScrapeTarget[]
}

const settleMs = 60_000
/** More than the kernel buffers for a socket that does not read. */
const unread = { messages: 1_500, characters: 15_000 }

/** Users send messages; some of them disconnect and reconnect. */
const talk = async (urls: readonly string[], { perSecond, messages }: WatchedLoadOptions): Promise<void> => {
  const shape = { seed: 1, users: 30, rooms: 10, roomSize: '4-10', messageSize: '20-300', dropsPerSecond: 1 }
  const load = createLoad({ urls, tag: freshTag(), startMs: nowMs(), ...shape })
  try {
    await load.createRooms(await load.connect())
    await load.sendMessages(perSecond, messages).done
    await load.settled(settleMs)
  } finally {
    load.stop()
  }
}

/** One user sends many messages to a socket that does not read. */
const overfill = async (urls: readonly string[]): Promise<void> => {
  const shape = { seed: 2, users: 2, rooms: 1, roomSize: '2', messageSize: String(unread.characters) }
  const load = createLoad({ urls, tag: freshTag(), startMs: nowMs(), ...shape })
  try {
    await load.createRooms(await load.connect())
    const [[room = 0, [writes = 0, reads = 0] = []] = []] = [...load.population.members]
    load.devices.get(reads)?.pauseReading()
    for (let sent = 0; sent < unread.messages; sent += 50) {
      const settled = await Promise.all(Array.from({ length: 50 }, () => load.post(writes, room)))
      const refused = settled.find(({ outcome }) => outcome !== 'ok')
      if (refused !== undefined) throw new Error(`a message was not confirmed: ${refused.code}`)
    }
  } finally {
    load.stop()
  }
}

const refused = async (url: string): Promise<void> => {
  const { WebSocket } = await import('ws')
  const socket = new WebSocket(url.replace(/\/ws$/, '/elsewhere'))
  await new Promise((resolve) => socket.once('error', resolve))
}

/** Runs a load on a chat that Prometheus scrapes; resolves with the running Prometheus. */
export const watchedLoad = async (chat: Chat, options: WatchedLoadOptions): Promise<Prometheus> => {
  const targets = [
    ...chat.gateways.map(({ internalUrl }) => ({ component: 'gateway', internalUrl })),
    ...chat.writers.map(({ internalUrl }) => ({ component: 'writer', internalUrl })),
    ...(options.others ?? []),
  ]
  const prometheus = await startPrometheus(targets)
  const urls = chat.gateways.map(({ url }) => url)
  await talk(urls, options)
  await overfill(urls)
  await refused(urls[0] ?? '')
  return prometheus
}
