import type { Load } from '../../support/load/load.ts'
import { createLoad } from '../../support/load/load.ts'
import { nowMs } from '../../support/load/load-context.ts'
import type { LoadOptions } from '../../support/load/load-options.ts'
import { freshTag } from '../../support/load/run-ids.ts'
import type { Chat } from '../../support/stack/start-chat.ts'

/** Opens a load of this size on the gateways, with bound users in their rooms; disposing stops it. */
export const openLoad = async (
  chat: Chat,
  size: Pick<LoadOptions, 'users' | 'rooms' | 'roomSize' | 'messageSize' | 'guests'>,
): Promise<Load & Disposable> => {
  const load = createLoad({
    ...size,
    urls: chat.gateways.map(({ url }) => url),
    tag: freshTag(),
    startMs: nowMs(),
    seed: 1,
    rampMs: size.users * 2,
  })
  try {
    await load.createRooms(await load.connect())
  } catch (error) {
    load.stop()
    throw error
  }
  return Object.assign(load, { [Symbol.dispose]: () => load.stop() })
}
