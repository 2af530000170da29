import type { Mutant } from './mutant.ts'

const writer = (file: string): string => `services/writer/${file}.ts`

const memoryMutants: readonly Mutant[] = [
  {
    rule: 'the rooms of a failed batch are forgotten',
    module: writer('room-memory'),
    in: 'take',
    call: 'remove',
    becomes: 'rooms.get(room)',
  },
  {
    rule: 'the room memory receives the result of a batch only after the commit',
    module: writer('decide-and-append'),
    in: 'decideAndAppend',
    call: 'appendIfAny',
    becomes: `batchDecisions.forEach(({ chats }) => {
      for (const [room, state] of chats) memory.put(room, { state, users: new Set(state.members) })
    }), <original>`,
  },
  {
    rule: 'memberships of two reads are combined only at the same head',
    module: writer('remembered-room'),
    in: 'mergeRead',
    operand: 'seq',
    shownBy: 41,
  },
  {
    rule: 'users that the room memory does not cover are read',
    module: writer('remembered-room'),
    in: 'coversUsers',
    operand: 'isSubsetOf',
  },
  {
    rule: 'recorded outcomes are read with a room',
    module: writer('decide-and-append'),
    in: 'withoutKnownRooms',
    property: 'commands',
    becomes: 'commands: []',
  },
  {
    rule: 'an append of unknown outcome does not count as stored',
    module: writer('decide-and-append'),
    in: 'appendIfAny',
    call: 'append',
    becomes: "<original>.catch(() => 'appended')",
  },
]

const tables = 'test/unit/memory-store/memory-tables.ts'

const appendMutants: readonly Mutant[] = [
  { rule: 'the append compares the heads', module: tables, in: 'isHeadStale', body: 'return head < 0', shownBy: 22 },
  {
    rule: 'the append compares the heads of rooms in which every command is rejected',
    module: tables,
    in: 'isStale',
    call: 'isHeadStale',
    becomes: 'events.some(({ event }) => event.stream === room) && <original>',
    shownBy: 22,
  },
  {
    rule: 'a rejection is refused if its command has an outcome that was not read',
    module: tables,
    in: 'isStale',
    call: 'has',
    becomes: 'false',
  },
  {
    rule: 'an event is refused if its command has a rejection',
    module: tables,
    in: 'hasTakenKey',
    call: 'some',
    becomes: "outcomesOfId(tables, event.stream, event.commandId).some(({ kind }) => kind === 'event')",
    shownBy: 11,
  },
]

const consumer = 'test/unit/simulation/world/partition-consumer.ts'

const consumptionMutants: readonly Mutant[] = [
  {
    rule: 'a batch is never appended over another connection than its reads',
    module: writer('writer-session'),
    in: 'onLost',
    body: "if (state === 'open') opening = undefined",
  },
  {
    rule: 'consumption restarts at the acknowledged offsets after a loss of the connection',
    module: writer('writer-sessions'),
    in: 'restart',
    call: 'rewind',
    becomes: 'Promise.resolve()',
  },
  {
    rule: 'a consumer that lost the partition cannot commit offsets',
    module: consumer,
    in: 'acknowledge',
    guard: 'isOwner',
    shownBy: 16,
  },
  {
    rule: 'batches are acknowledged in the order of the log',
    module: consumer,
    in: 'acknowledge',
    call: 'findIndex',
    becomes: 'unacknowledged.findLastIndex(({ isDone }) => isDone) + 1',
  },
]

const streamMutants: readonly Mutant[] = [
  {
    rule: 'a batch is acknowledged after its events are in the event stream',
    module: writer('batch-handler'),
    in: 'createBatchHandler',
    property: 'done',
    becomes: 'done: Promise.resolve()',
  },
  {
    rule: 'records of a later batch do not overtake a publish in flight',
    module: writer('event-stream-queue'),
    in: 'flush',
    operand: 'isFlushing',
    shownBy: 16,
  },
  {
    rule: 'giving up the records of a batch gives up all later records of its assignment',
    module: writer('event-stream-queue'),
    in: 'onFailure',
    call: 'abandonAllOf',
    becomes: `entries
      .filter((entry) => entry.lease.signal === lease.signal && !entry.isAbandoned)
      .forEach((entry) => abandon(entry, lease.signal.reason))`,
    shownBy: 153,
  },
  {
    rule: 'the recorded events of repeated commands are sent to the event stream too',
    module: writer('publications'),
    in: 'framedStreams',
    call: 'set',
    becomes: 'decision.isRepeat || <original>',
  },
]

export const writerMutants: readonly Mutant[] = [...memoryMutants, ...appendMutants, ...consumptionMutants, ...streamMutants]
