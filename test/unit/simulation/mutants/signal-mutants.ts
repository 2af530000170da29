import type { Mutant } from './mutant.ts'

const signals = (file: string): string => `services/gateway/signals/${file}.ts`

/** Mutants that the simulation of signals detects. */
export const signalMutants: readonly Mutant[] = [
  {
    rule: 'a signal reaches only a member who follows the room live',
    module: signals('session-watch'),
    in: 'pushInRoom',
    body: 'this.push(frame)',
  },
  {
    rule: 'a signal needs the role that the rules of the chat name',
    module: signals('may-signal'),
    in: 'lackedRole',
    body: 'return undefined',
  },
  {
    rule: 'a changed role decides about the next signal',
    module: 'services/gateway/rooms/room-feeds.ts',
    in: 'pass',
    call: 'onRightsChanged',
  },
  {
    rule: 'a signal is dropped when a quarter of the send queue is full',
    module: signals('session-watch'),
    in: 'push',
    guard: 'mostQueuedBytes',
  },
  {
    rule: 'a signal that the fan-out did not accept is not queued',
    module: signals('signal-publisher'),
    in: 'publishWaiting',
    call: 'onDropped',
    becomes: "fanOut.state === 'up' && items.forEach((item) => waiting.set(item.channel + item.payload, item))",
  },
  {
    rule: 'a watch replaces the rooms of the one before it',
    module: signals('watches'),
    in: 'setRooms',
    call: 'leaveRooms',
  },
  {
    rule: 'the presence of watched users is asked again and again',
    module: signals('presence'),
    in: 'askAll',
    call: 'ask',
  },
]
