import { FirstTables } from './0001-first-tables.ts'
import { ForbiddenByDigest } from './0002-forbidden-by-digest.ts'
import { AppendBatch } from './0003-append-batch.ts'
import { EventNames } from './0004-event-names.ts'
import { LivingMessages } from './0005-living-messages.ts'
import { ProfilesAndBlocks } from './0007-people.ts'
import { MemberState } from './0008-member-state.ts'
import { Roles } from './0009-roles.ts'
import { SearchTables } from './0010-search.ts'
import { Erasure } from './0011-erasure.ts'
import { Attachments } from './0012-attachments.ts'
import { Relay } from './0013-relay.ts'
import { ThreadMarkerTable } from './0014-thread-markers.ts'

/** Every migration, in order. Names are kept in the database and never change. */
export const migrations = [
  { name: '0001-first-tables', class: FirstTables },
  { name: '0002-forbidden-by-digest', class: ForbiddenByDigest },
  { name: '0003-append-batch', class: AppendBatch },
  { name: '0004-event-names', class: EventNames },
  { name: '0005-living-messages', class: LivingMessages },
  { name: '0007-people', class: ProfilesAndBlocks },
  { name: '0008-member-state', class: MemberState },
  { name: '0009-roles', class: Roles },
  { name: '0010-search', class: SearchTables },
  { name: '0011-erasure', class: Erasure },
  { name: '0012-attachments', class: Attachments },
  { name: '0013-relay', class: Relay },
  { name: '0014-thread-markers', class: ThreadMarkerTable },
]
