import { StoreError } from '../../../shared/ports/event-store.ts'
import type { ReadModel } from '../../../shared/ports/read-model.ts'
import { errorBody } from '../../../shared/protocol/errors.ts'
import type { RequestedUser } from '../../../shared/protocol/fields.ts'
import type { Outcome } from '../../../shared/records/outcome.ts'
import type { ChatCommand } from '../../../shared/room-events/room-events.ts'
import type { LookUpOutcome } from '../reads/outcome-lookup.ts'
import { visibleUsers } from '../reads/visible-users.ts'

/** The command with the ids of its users, or the outcome of a command that names a user whom it may not name. */
export type Replaced = { readonly command: ChatCommand } | { readonly outcome: Outcome }

/**
 * Replaces the external ids in a command. `viewer`: the acting user, who may name
 * the users who share a chat with it; undefined: a service, which may name all.
 * Returns undefined if the command names no external ids. Never rejects with
 * `StoreError`: the outcome is `unavailable`.
 */
export type ReplaceExternalIds = (command: ChatCommand, viewer: string | undefined) => Promise<Replaced> | undefined

/** The stores that are read. */
export interface ReplaceExternalIdsDeps {
  readonly readModel: Pick<ReadModel, 'usersByExternalId' | 'usersById'>
  readonly lookUpOutcome: LookUpOutcome
}

const refsIn = ({ body }: ChatCommand): readonly RequestedUser[] => ('users' in body ? body.users : [])

const hasExternalIds = ({ body }: ChatCommand): boolean =>
  'users' in body && (body.users as readonly RequestedUser[]).some((ref) => typeof ref !== 'string')

const externalIdsIn = (command: ChatCommand): readonly string[] =>
  refsIn(command).flatMap((ref) => (typeof ref === 'string' ? [] : [ref.externalUserId]))

const unknownUsers = (externalUserIds: readonly string[]): Outcome => ({
  error: errorBody('unknown_user', 'some users do not exist', { externalUserIds }),
})

const unavailable: Outcome = { error: errorBody('unavailable', 'users cannot be read now') }

export const createReplaceExternalIds = ({ readModel, lookUpOutcome }: ReplaceExternalIdsDeps): ReplaceExternalIds => {
  /** A repeated command has its recorded outcome, even if the acting user shares no chat with the named users any more. */
  const outcomeOfUnknown = async (command: ChatCommand, missing: readonly string[]): Promise<Outcome> => {
    const { type, stream: room, id: commandId, digest, user } = command
    return (await lookUpOutcome({ type, room, commandId, digest, user })) ?? unknownUsers(missing)
  }

  const replace = async (command: ChatCommand, viewer: string | undefined): Promise<Replaced> => {
    const externalIds = [...new Set(externalIdsIn(command))]
    const found = await visibleUsers(readModel, externalIds, viewer)
    const ids = new Map(found.map(({ externalUserId, id }) => [externalUserId, id]))
    const missing = externalIds.filter((externalId) => !ids.has(externalId))
    if (missing.length > 0) return { outcome: await outcomeOfUnknown(command, missing) }
    const users = refsIn(command).map((ref) => (typeof ref === 'string' ? ref : ids.get(ref.externalUserId)))
    return { command: { ...command, body: { ...command.body, users } } as ChatCommand }
  }

  const replaceOrRefuse = async (command: ChatCommand, viewer: string | undefined): Promise<Replaced> => {
    try {
      return await replace(command, viewer)
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      return { outcome: unavailable }
    }
  }

  return (command, viewer) => (hasExternalIds(command) ? replaceOrRefuse(command, viewer) : undefined)
}
