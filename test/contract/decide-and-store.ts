import { decideBatch } from '../../services/writer/decide-batch.ts'
import { readSetOf } from '../../services/writer/read-set.ts'
import type { EventStore, StoredEvent } from '../../shared/ports/event-store.ts'
import { defaultLimits } from '../../shared/protocol/limits.ts'
import type { Command } from '../../shared/room-events/room-events.ts'
import { appending, withAppender } from './stored-chat.ts'

/** Decides commands of one room as one batch of a writer without a memory, and stores the decisions. */
export const decideAndStore = (store: EventStore, commands: readonly Command[]): Promise<readonly (StoredEvent | string)[]> =>
  withAppender(store, async (appender) => {
    const snapshot = await appender.read(readSetOf(commands, defaultLimits.chatsPerUser))
    const { decisions, decided } = decideBatch(commands, snapshot, defaultLimits)
    const heads = new Map(commands.map(({ stream }) => [stream, snapshot.chats.get(stream)?.seq ?? 0]))
    if ((await appender.append(appending({ ...decided, heads }))) === 'stale') throw new Error('the append is stale')
    return decisions.map((decision) => {
      if (decision.kind === 'event') return decision.event
      return decision.kind === 'rejection' ? decision.rejection.code : decision.kind
    })
  })
