import { expect } from 'vitest'
import type { Decision, DecisionLimits } from '../../../services/writer/batch-state.ts'
import { decideBatch } from '../../../services/writer/decide-batch.ts'
import { readSetOf } from '../../../services/writer/read-set.ts'
import type { StoredEvent } from '../../../shared/ports/event-store.ts'
import type { Command } from '../../../shared/room-events/room-events.ts'
import type { MemoryStore } from '../memory-store/memory-store.ts'
import { memoryStore } from '../memory-store/memory-store.ts'

/** Limits that a few commands reach. */
export const lowLimits = { membersPerChat: 3, chatsPerUser: 2, reactionKeys: 2, editsPerMessage: 3, pins: 1, blocks: 2 }

/** Decides and stores the batches in order; returns one decision per command. */
export const runBatches = async (
  { store }: MemoryStore,
  some: readonly (readonly Command[])[],
  by: DecisionLimits = lowLimits,
): Promise<readonly Decision[]> => {
  const decisions: Decision[] = []
  const appender = await store.openAppender()
  for (const commands of some) {
    const wanted = readSetOf(commands, by.chatsPerUser)
    const snapshot = await appender.read(wanted)
    const decision = decideBatch(commands, snapshot, by)
    const heads = new Map(wanted.rooms.map((room) => [room, snapshot.chats.get(room)?.seq ?? 0]))
    const userHeads = new Map(wanted.userStreams.map((user) => [user, snapshot.userStreams.get(user)?.seq ?? 0]))
    expect(await appender.append({ ...decision.decided, heads, userHeads, unread: new Set() })).toBe('appended')
    decisions.push(...decision.decisions)
  }
  return decisions
}

/** The decisions on these batches, and the events of an empty store after them. */
export const afterAll = async (some: readonly (readonly Command[])[]) => {
  const memory = memoryStore()
  return { memory, decisions: await runBatches(memory, some), events: memory.events() }
}

export const ofRoom = (events: readonly StoredEvent[], room: string): readonly StoredEvent[] =>
  events.filter(({ stream }) => stream === room)
