import type { CommandLog } from '../../../shared/ports/command-log.ts'
import type { ErasureReads, ExpiredRange } from '../../../shared/ports/erasure.ts'
import type { Log } from '../../../shared/runtime/observability/log.ts'
import { eraseCommand, recordOf } from './operator-commands.ts'
import type { DecisionDeps } from './until-decided.ts'
import { untilDecided } from './until-decided.ts'

/** The ports that an expiry uses. */
export interface ExpireDeps extends DecisionDeps {
  readonly reads: Pick<ErasureReads, 'expired' | 'expiredSeqs'>
  readonly commandLog: Pick<CommandLog, 'publish'>
  readonly log: Pick<Log, 'error'>
}

/** The numbers of an expiry. */
export interface ExpiryCounts {
  readonly rooms: number
  readonly messages: number
  /** Rooms whose old messages were not erased. */
  readonly failed: number
}

const notErasedText = 'the old messages of a room were not erased: chat.dead-letter has the command, with the reason'
const beforeAll = '00000000-0000-0000-0000-000000000000'

/** Waits for the writers; resolves with the ranges that they have not erased. */
const notErased = async (deps: ExpireDeps, ranges: readonly ExpiredRange[]): Promise<readonly ExpiredRange[]> => {
  const rooms = ranges.map(({ room }) => room)
  let left = ranges
  await untilDecided(deps, async () => {
    const seqs = await deps.reads.expiredSeqs(rooms)
    left = ranges.filter(({ room, before }) => (seqs.get(room) ?? 0) < before)
    return left.length === 0
  })
  return left
}

/**
 * Erases the messages that are older than the retention: the shorter one of `days` and the rule of the room.
 *
 * Promises:  one command for each room, several only for a room with very many old messages; the writers decide them, so
 *            that clients and consumers of the event stream receive them in the order of each room. A room whose command has
 *            no effect is logged and left out. May be interrupted and repeated.
 */
export const expireMessages = async (deps: ExpireDeps, days: number | undefined): Promise<ExpiryCounts> => {
  const rooms = new Set<string>()
  const failed = new Set<string>()
  let messages = 0
  for (let after: string | undefined = beforeAll; after !== undefined; ) {
    const { ranges: found, last } = await deps.reads.expired(after, days)
    const ranges = found.filter(({ room }) => !failed.has(room))
    if (ranges.length === 0) {
      after = last
      continue
    }
    const at = new Date(deps.clock.nowMs()).toISOString()
    await deps.commandLog.publish(ranges.map(({ room, from, before }) => recordOf(eraseCommand(room, { from, before }, at))))
    const left = new Set(await notErased(deps, ranges))
    for (const range of ranges) {
      if (left.has(range)) {
        deps.log.error({ room: range.room }, notErasedText)
        failed.add(range.room)
        continue
      }
      rooms.add(range.room)
      messages += range.messages
    }
  }
  return { rooms: rooms.size, messages, failed: failed.size }
}
