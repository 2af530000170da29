import { Redis } from 'ioredis'
import type { World } from './world.ts'

/** An attacker that publishes invalid data on the channels of rooms. */
export interface Meddler extends AsyncDisposable {
  readonly published: number
}

const keptMost = 200

/** Receives the publications of a room and publishes them again: late, twice, truncated or with changed bytes. */
export const meddle = async ({ stack, chat, random }: World): Promise<Meddler> => {
  const subscriber = new Redis(stack.urls().redisUrl)
  const publisher = new Redis(stack.urls().redisUrl)
  const seen: (readonly [channel: string, payload: string])[] = []
  const own = new Set<string>()
  let published = 0

  const send = (channel: string, payload: string): void => {
    own.add(payload)
    published += 1
    void publisher.publish(channel, payload)
  }

  const spoil = (payload: string): string => {
    const at = random.below(payload.length)
    const forms = [
      payload.slice(0, at),
      `${payload.slice(0, at)}\u0001${payload.slice(at + 1)}`,
      payload.replace('"v":1', '"v":2'),
      '{"v":1,"room":"nowhere","of":[[1,"new-message","x","y"]]}',
      'x'.repeat(100_000),
      '',
    ]
    return random.pick(forms)
  }

  subscriber.on('pmessage', (_pattern, channel, payload) => {
    if (own.delete(payload)) return
    seen.push([channel, payload])
    if (seen.length > keptMost) seen.shift()
    send(channel, payload)
    send(...random.pick(seen))
    send(channel, spoil(payload))
  })
  await subscriber.psubscribe(`${chat.namespace}:room:*`)
  return {
    get published() {
      return published
    },
    [Symbol.asyncDispose]: async () => {
      subscriber.disconnect()
      publisher.disconnect()
    },
  }
}
