import { feedFrameText } from '../../../../shared/frames/room-event-frame.ts'
import type { FeedEvent } from '../../../../shared/protocol/answers.ts'
import type { PublishedEvent } from '../../../../shared/records/publications.ts'
import { channels, writeNotice, writeRoomPublication } from '../../../../shared/records/publications.ts'
import { membershipOf } from '../../../../shared/room-events/find-room-event.ts'
import { seededRandom } from '../../../support/simulation/random.ts'
import { forgedText } from '../world/simulated-settings.ts'
import type { Commons } from './simulated-client.ts'

/** An attacker who may publish to every channel of the fan-out, and knows all rooms, users and seqs. */
export interface Forger {
  live(isOver: () => boolean): Promise<void>
}

const kinds: readonly FeedEvent[] = ['new-message', 'new-message', 'add-users', 'remove-users', 'create-chat']

/** Draws from a seed of its own, so that the rest of a run is the same with and without the forger. */
export const simulatedForger = ({ world, userIds, rooms }: Commons, seed: number): Forger => {
  const { clock, store } = world
  const random = seededRandom(seed + 1_000_000)
  const fanOut = world.openFanOut()

  const headOf = (room: string): number => store.committed().filter(({ event }) => event.stream === room).length
  const bodyOf = (event: FeedEvent, users: readonly string[]): object => {
    if (event === 'new-message') return { id: world.newId(), msg: forgedText, type: 'text' }
    return event === 'create-chat' ? { chat: { users } } : { users }
  }
  const forgeEvent = (room: string, seq: number): PublishedEvent => {
    const event = random.pick(kinds)
    const body = JSON.stringify(bodyOf(event, [random.pick([...userIds.values()])]))
    return {
      seq,
      event,
      membership: membershipOf(event, undefined),
      commandId: world.newId(),
      digest: 'd',
      frame: feedFrameText(event, room, seq, body),
    }
  }
  const forge = (): void => {
    const room = random.pick(rooms)
    const from = Math.max(1, headOf(room) + random.below(3))
    const events = Array.from({ length: 1 + random.below(3) }, (_, place) => forgeEvent(room, from + place))
    const user = random.pick([...userIds.values()])
    const item = random.chance(0.8)
      ? { channel: channels.room(room), payload: writeRoomPublication({ room, events }, 100_000) }
      : { channel: channels.user(user), payload: writeNotice({ room, since: random.below(headOf(room) + 5) }) }
    void fanOut.publish([item])
  }

  return {
    live: async (isOver) => {
      while (!isOver()) {
        await clock.sleep(random.next() * 200)
        if (userIds.size > 0 && rooms.length > 0) forge()
      }
    },
  }
}
