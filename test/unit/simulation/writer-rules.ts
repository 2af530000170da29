import type { Rule } from './rules.ts'

const decideAndAppend = 'services/writer/decide-and-append.ts'
const streamQueue = 'services/writer/event-stream-queue.ts'
const memoryTables = 'test/support/memory-store/memory-tables.ts'
const rememberedRoom = 'services/writer/remembered-room.ts'
const writerSession = 'services/writer/writer-session.ts'
const partitions = 'test/support/writer-simulation/simulated-partitions.ts'

/** A rule of the writer, of the append or of the log that it consumes, and the change that takes it away. */
export const writerRules: readonly Rule[] = [
  {
    rule: 'the rooms of a batch that failed are forgotten',
    file: 'services/writer/room-memory.ts',
    from: 'const remembered = remove(room)',
    to: 'const remembered = rooms.get(room)',
  },
  {
    rule: 'a batch is decided apart from the memory, which has the result only after the commit',
    file: decideAndAppend,
    from: '  if ((await appendIfAny(',
    to: '  for (const { chats } of batchDecisions) for (const [room, state] of chats) memory.put(room, { state, users: new Set(state.members) })\n  if ((await appendIfAny(',
  },
  {
    rule: 'memberships of two reads are put together only at the same head',
    file: rememberedRoom,
    from: 'before === undefined || before.state.seq !== state.seq',
    to: 'before === undefined',
  },
  {
    rule: 'the users of whom the memory says nothing are read',
    file: rememberedRoom,
    from: 'remembered !== undefined && users.isSubsetOf(remembered.users)',
    to: 'remembered !== undefined',
  },
  {
    rule: 'recorded outcomes are read with a room',
    file: decideAndAppend,
    from: 'commands: readSet.commands.filter(({ room }) => !isKnown(room))',
    to: 'commands: []',
  },
  {
    rule: 'an unknown fate does not count as stored',
    file: decideAndAppend,
    from: "'appended' : appender.append(batch)",
    to: "'appended' : appender.append(batch).catch(() => 'appended')",
  },
  {
    rule: 'the append compares the heads',
    file: memoryTables,
    from: '(tables.chats.get(room)?.head ?? 0) !== head',
    to: 'head < 0',
  },
  {
    rule: 'the append compares the heads of rooms in which all is rejected',
    file: memoryTables,
    from: '[...heads].some(([room, head]) => ',
    to: '[...heads].some(([room, head]) => events.some(({ event }) => event.stream === room) && ',
  },
  {
    rule: 'a rejection is refused where its command has an outcome that was not read',
    file: memoryTables,
    from: 'unread.has(room) && ',
    to: 'false && ',
  },
  {
    rule: 'an event is refused where its command has a rejection',
    file: memoryTables,
    from: 'some((other) => other.digest === event.digest || isKeeping(other))',
    to: "some((other) => other.kind === 'event')",
  },
  {
    rule: 'what was read over one connection is not appended over another',
    file: writerSession,
    from: "    state = 'lost'\n    deps.onLost()",
    to: '    opening = undefined',
  },
  {
    rule: 'consuming begins again at the acknowledged offsets when the connection is lost',
    file: 'services/writer/writer-sessions.ts',
    from: 'const rewinding = rewind()',
    to: 'const rewinding = Promise.resolve(rewind)',
  },
  {
    rule: 'offset commits are refused to a consumer that has lost the partition',
    file: partitions,
    from: 'if (mine !== owner) return held.ending.abort()',
    to: '',
    shownBy: 122,
  },
  {
    rule: 'a batch is acknowledged after its events are in the event stream',
    file: 'services/writer/batch-handler.ts',
    from: 'return { done: Promise.all(streamed).then(() => undefined), handled }',
    to: 'return { done: Promise.resolve(), handled }',
  },
  {
    rule: 'records of a later batch do not overtake a publish in flight',
    file: streamQueue,
    from: 'if (isFlushing || queue.length === 0) return',
    to: 'if (queue.length === 0) return',
  },
  {
    rule: 'with the records of a batch that is given up all later ones of its assignment are',
    file: streamQueue,
    from: 'for (const { lease } of entries) if (lease.signal.aborted) abandonAllOf(lease.signal)',
    to: 'for (const entry of entries) if (entry.lease.signal.aborted && !entry.isAbandoned) abandon(entry, entry.lease.signal.reason)',
    shownBy: 521,
  },
  {
    rule: 'the recorded events of repeated commands go to the event stream too',
    file: 'services/writer/publications.ts',
    from: "if (decision.kind === 'event')",
    to: "if (decision.kind === 'event' && !decision.isRepeat)",
  },
  {
    rule: 'batches are acknowledged in the order of the log',
    file: partitions,
    from: 'const end = held.inHand.findIndex(({ isDone }) => !isDone)',
    to: 'const end = held.inHand.findLastIndex(({ isDone }) => isDone) + 1',
  },
]
