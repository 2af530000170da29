import { erasedUser } from '../../../shared/domain/user.ts'
import type { StoredEvent } from '../../../shared/ports/event-store.ts'
import { commandKeyText, redactedDigest } from '../../../shared/ports/event-store.ts'
import type { UserErased } from '../../../shared/user-events/erase-user.ts'
import type { MemoryTables } from './memory-rows.ts'

/** Replaces a stored event, where it is stored and where it is an outcome. */
export const replaceEvent = (tables: MemoryTables, before: StoredEvent, after: StoredEvent): void => {
  tables.events.get(before.stream)?.set(before.seq, after)
  tables.log[tables.log.indexOf(before)] = after
  const key = commandKeyText(before.stream, before.commandId)
  const outcomes = tables.outcomes.get(key) ?? []
  tables.outcomes.set(
    key,
    outcomes.map((outcome) => (outcome.kind === 'event' ? { kind: 'event', digest: after.digest, event: after } : outcome)),
  )
}

interface UserBody {
  readonly id?: string
  readonly created_at?: string
  readonly user: { readonly id: string; readonly created_at: string; readonly modified_at: string }
}

const nobody = '00000000-0000-0000-0000-000000000000'

/** The body of an event of the user's stream without the profile and without the user whom a block names. */
const withoutProfile = ({ type, data }: StoredEvent): object => {
  if (type === 'BlockSet') return { ...(JSON.parse(data) as object), user: nobody }
  const body = JSON.parse(data) as UserBody
  const { id, created_at, modified_at } = body.user
  return { ...body, user: { id, externalUserId: '', created_at, modified_at } }
}

/** Removes the external id, the profile and the blocks of a user, also from the earlier events of its stream. */
export const eraseUser = (tables: MemoryTables, { stream, body }: UserErased): void => {
  const user = tables.usersById.get(stream)
  if (user === undefined) return
  tables.usersById.set(stream, erasedUser(user, body.created_at))
  tables.usersByExternalId.delete(user.externalUserId)
  for (const [key, block] of tables.blocks) if (block.user === stream) tables.blocks.delete(key)
  for (const event of [...(tables.events.get(stream)?.values() ?? [])]) {
    if (event.type === 'UserErased') continue
    replaceEvent(tables, event, { ...event, digest: redactedDigest, data: JSON.stringify(withoutProfile(event)) })
  }
}
