import type { Clock } from '../../../shared/ports/clock.ts'
import type { CommandLog } from '../../../shared/ports/command-log.ts'
import type { ErasureReads, ExpiredRange } from '../../../shared/ports/erasure.ts'
import { pause } from '../../../shared/runtime/async/pause.ts'
import { eraseCommand, recordOf } from './operator-commands.ts'

/** The ports that an expiry uses. */
export interface ExpireDeps {
  readonly reads: Pick<ErasureReads, 'expired' | 'expiredSeqs'>
  readonly commandLog: Pick<CommandLog, 'publish'>
  readonly clock: Clock
}

/** The numbers of an expiry. */
export interface ExpiryCounts {
  readonly rooms: number
  readonly messages: number
}

const pollMs = 50
const answerMs = 120_000
const beforeAll = '00000000-0000-0000-0000-000000000000'

/** Waits until the writers have erased all ranges. */
const erased = async ({ reads, clock }: ExpireDeps, ranges: readonly ExpiredRange[]): Promise<void> => {
  const rooms = ranges.map(({ room }) => room)
  for (const startedAt = clock.monotonicMs(); ; await pause(clock, pollMs)) {
    const seqs = await reads.expiredSeqs(rooms)
    if (ranges.every(({ room, before }) => (seqs.get(room) ?? 0) >= before)) return
    if (clock.monotonicMs() - startedAt > answerMs) throw new Error('no writer has erased old messages in time: run it again')
  }
}

/**
 * Erases the messages that are older than the retention: the shorter one of `days` and the rule of the room.
 *
 * Promises:  one command for each room, several only for a room with very many old messages; the writers decide them, so
 *            that clients and consumers of the event stream receive them in the order of each room. May be interrupted
 *            and repeated.
 */
export const expireMessages = async (deps: ExpireDeps, days: number | undefined): Promise<ExpiryCounts> => {
  const rooms = new Set<string>()
  let messages = 0
  for (let after: string | undefined = beforeAll; after !== undefined; ) {
    const { ranges, last } = await deps.reads.expired(after, days)
    if (ranges.length === 0) {
      after = last
      continue
    }
    const at = new Date(deps.clock.nowMs()).toISOString()
    await deps.commandLog.publish(ranges.map(({ room, from, before }) => recordOf(eraseCommand(room, { from, before }, at))))
    await erased(deps, ranges)
    for (const range of ranges) {
      rooms.add(range.room)
      messages += range.messages
    }
  }
  return { rooms: rooms.size, messages }
}
