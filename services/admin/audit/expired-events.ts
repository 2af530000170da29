import type { EventKey } from '../../../shared/ports/stream-summary.ts'
import type { VerifyStoreDeps } from './verify-deps.ts'

/**
 * The streams whose named event is older than the retention of the event stream: its record, and those of earlier events, may
 * have been deleted. A record is published after its event is stored, so it is never older.
 */
export const expiredStreams = async (
  { ages, eventRetentionMs }: Pick<VerifyStoreDeps, 'ages' | 'eventRetentionMs'>,
  newestMissing: readonly EventKey[],
): Promise<ReadonlySet<string>> => {
  const retentionMs = newestMissing.length === 0 ? undefined : await eventRetentionMs()
  if (retentionMs === undefined || retentionMs < 0) return new Set()
  const old = (await ages(newestMissing)).filter(({ ageMs }) => ageMs >= retentionMs)
  return new Set(old.map(({ stream }) => stream))
}
