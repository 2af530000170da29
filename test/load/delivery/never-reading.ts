import { setTimeout as sleep } from 'node:timers/promises'
import { metric } from '../../support/stack/inspect.ts'
import type { Stack } from '../../support/stack/stack.ts'
import { startChat } from '../../support/stack/start-chat.ts'
import { openLoad } from './open-load.ts'

export interface NeverReading {
  readonly sockets: number
  /** Resident MiB of the gateway, each second, since the sockets stopped reading. */
  readonly residentMib: readonly number[]
  readonly confirmed: number
}

const silent = 200
const talking = 20
const perSecond = 500
const seconds = 40

/** 200 sockets that never read, and 20 that send 500 messages of 1 KB a second into the 20 rooms of one gateway. */
export const neverRead = async (stack: Stack): Promise<NeverReading> => {
  // Otherwise the gateway would close them, and there would be nothing to measure.
  await using chat = await startChat(stack, {
    gateways: 1,
    writers: 1,
    env: { STUCK_SOCKET_MS: '600000', SOCKET_PING_MS: '600000' },
  })
  using load = await openLoad(chat, {
    users: silent + talking,
    rooms: 20,
    roomSize: `${(silent + talking) / 20}`,
    messageSize: '1000',
  })
  const [gateway] = chat.gateways
  if (gateway === undefined) throw new Error('no gateway')
  // The first member of each room sends; the others stop reading.
  const talkers = new Set([...load.population.members.values()].map(([first]) => first))
  for (const [user, device] of load.devices) if (!talkers.has(user)) device.pauseReading()
  const residentMib: number[] = []
  const rooms = [...load.population.members.keys()]
  for (let second = 0; second < seconds; second += 1) {
    for (let n = 0; n < perSecond; n += 1) {
      const room = rooms[n % rooms.length] ?? 1
      void load.post(load.population.members.get(room)?.[0] ?? 0, room)
    }
    await sleep(1_000)
    residentMib.push((await metric(gateway, 'chat_process_resident_memory_bytes')) / 1_048_576)
  }
  await load.settled(60_000)
  return { sockets: load.devices.size - talkers.size, residentMib, confirmed: load.context.counts.confirmed }
}
