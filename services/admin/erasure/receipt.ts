import { replayTopic } from '../../../shared/records/replay-topic.ts'
import type { ErasureCounts } from './erase-user.ts'

/** How long each topic keeps a record, in milliseconds; −1: for ever; undefined: not known. */
export type Retentions = Readonly<Record<'commands' | 'deadLetter' | 'events', number | undefined>>

/** A place that an erasure does not reach, and the time at which it has no content of the user any more. */
export interface Remains {
  readonly place: string
  /** Null: for ever, or until something else happens, which `note` names. */
  readonly until: string | null
  readonly note?: string
}

/** The proof of an erasure. It names the user by the id that the service gave, and has no personal data. */
export interface ErasureReceipt {
  readonly user: string
  readonly dry_run: boolean
  readonly at: string
  readonly erased: Omit<ErasureCounts, 'failedRooms'>
  /** The rooms in which messages of the user remain: the log says why. Absent: there are none. */
  readonly failed_rooms?: readonly string[]
  readonly remains: readonly Remains[]
}

const topicRemains = (place: string, retentionMs: number | undefined, nowMs: number): Remains => {
  if (retentionMs === undefined) return { place, until: null, note: 'this login may not read the retention of the topic' }
  if (retentionMs < 0) return { place, until: null, note: 'the topic is kept for ever' }
  return { place, until: new Date(nowMs + retentionMs).toISOString() }
}

/** DATA.md describes the same places. */
export const remainsAfter = (retentions: Retentions, nowMs: number): readonly Remains[] => [
  topicRemains('topic chat.commands', retentions.commands, nowMs),
  topicRemains('topic chat.events', retentions.events, nowMs),
  topicRemains('topic chat.dead-letter', retentions.deadLetter, nowMs),
  {
    place: 'topic chat.events.replay',
    until: null,
    note: `if admin replay has run: until its retention has passed, ${replayTopic.keepDays} days by default, or you delete it`,
  },
  { place: 'Postgres: data files', until: null, note: 'until the tables are vacuumed' },
  { place: 'Postgres: write-ahead log, replicas, backups', until: null, note: 'until you remove them' },
  { place: 'blob store: files', until: null, note: 'until the next admin sweep with the variables of the bucket' },
  { place: 'consumers of chat.events', until: null, note: 'until they have handled the erase and erase-user events' },
]

/** The same of the embedded mode, which has no topics. */
export const embeddedRemains: readonly Remains[] = [
  { place: 'DATA_DIR: data files and write-ahead log of the database', until: null, note: 'until their space is used again' },
  { place: 'DATA_DIR: search index, files', until: null, note: 'a few seconds' },
  { place: 'backups of DATA_DIR', until: null, note: 'until you remove them' },
  { place: 'receivers of the webhook', until: null, note: 'until they have handled the erase and erase-user events' },
]

/** The receipt of an erasure at this time. */
export const receiptOf = (
  user: string,
  { failedRooms, ...erased }: ErasureCounts,
  how: { readonly isDryRun: boolean; readonly remains: readonly Remains[]; readonly nowMs: number },
): ErasureReceipt => ({
  user,
  dry_run: how.isDryRun,
  at: new Date(how.nowMs).toISOString(),
  erased,
  ...(failedRooms === undefined ? {} : { failed_rooms: failedRooms }),
  remains: how.remains,
})
