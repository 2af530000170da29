import type { ProtocolLimits } from '../../../shared/protocol/limits.ts'
import type { Request } from '../../../shared/protocol/requests.ts'
import { requestSchemas } from '../../../shared/protocol/requests.ts'
import type { CommandRequest, CommandSource, OwnRequest } from '../../../shared/records/command-of.ts'
import { chatCommandOf, createUserCommandOf, userCommandOf } from '../../../shared/records/command-of.ts'
import type { Command } from '../../../shared/room-events/room-events.ts'
import { LineError, lineErrorOf } from './line-fault.ts'
import type { CommandKind } from './line-requests.ts'
import { requestOf } from './line-requests.ts'
import type { Line, LineOf } from './lines.ts'
import type { SourceIds } from './source-ids.ts'

/** The commands of lines: each is checked by the schema of the request that a client would send. Every method throws `LineError`. */
export interface LineCommands {
  /** Creates the user of a line. */
  createUser(line: LineOf<'user'>): Command
  /** Sets the image and the data of a new user; undefined: the line has neither. */
  profile(line: LineOf<'user'>): Command | undefined
  /** The command of any other line. `ids` must have its users. */
  command(line: Extract<Line, { kind: CommandKind }>): Command
}

/** What lines are held to. */
export interface LineRules {
  readonly limits: ProtocolLimits
  /** The feature level of the service: writers of an earlier version may not know the events and fields of a later level. */
  readonly level: number
  /** Lines of a later time are refused, because the writer would give them the present time. */
  readonly nowMs: () => number
}

export const createLineCommands = (ids: SourceIds, { limits, level, nowMs }: LineRules): LineCommands => {
  const schemas: Partial<ReturnType<typeof requestSchemas>> = requestSchemas(limits, level)

  const checked = (request: { readonly event: keyof typeof schemas; readonly body: object }): Request => {
    const schema = schemas[request.event]
    if (schema === undefined) throw new LineError('kind', `needs a feature level of the service above ${level}: see admin level`)
    const parsed = schema.safeParse({ ...request, id: '-' })
    if (!parsed.success) throw lineErrorOf(parsed.error, true)
    return parsed.data as Request
  }

  const sourceOf = (line: Exclude<Line, { kind: 'export' }>, newId: () => string): CommandSource => {
    if (Date.parse(line.created_at) > nowMs()) throw new LineError('created_at', 'is in the future')
    return { newId, now: () => line.created_at }
  }

  const profileOf = ({ image, data }: LineOf<'user'>): OwnRequest | undefined => {
    if (image === undefined && data === undefined) return undefined
    const given = Object.entries({ image, data }).filter(([, value]) => value !== undefined)
    return checked({ event: 'update-user', body: { user: Object.fromEntries(given) } }) as OwnRequest
  }

  return {
    createUser: (line) => {
      const { externalUserId, name } = line
      checked({ event: 'create-user', body: { user: { externalUserId, name } } })
      // A user is not created with a part of its profile.
      profileOf(line)
      return createUserCommandOf(
        { externalUserId, name },
        sourceOf(line, () => ids.newUser(line.id)),
      )
    },
    profile: (line) => {
      const request = profileOf(line)
      return (
        request &&
        userCommandOf(
          request,
          ids.user(line.id, 'id'),
          sourceOf(line, () => ids.command(line)),
        )
      )
    },
    command: (line) => {
      ids.note(line)
      const actor = ids.user(line.user, 'user')
      const request = checked(requestOf(line, ids))
      const source = sourceOf(line, () => ids.command(line))
      return line.kind === 'block'
        ? userCommandOf(request as OwnRequest, actor, source)
        : chatCommandOf(request as CommandRequest, actor, source)
    },
  }
}
