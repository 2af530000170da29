import type { ReadModel } from '../../../shared/ports/read-model.ts'
import type { LineCommands } from './line-commands.ts'
import { LineError } from './line-fault.ts'
import type { Line, LineOf } from './lines.ts'
import { readLine } from './read-line.ts'
import type { LineCommand, NumberedFault, SendDeps } from './send-commands.ts'
import { readPatiently, sendCommands } from './send-commands.ts'
import type { SourceIds } from './source-ids.ts'
import type { NumberedLine } from './split-lines.ts'

/** The parts of an import of groups of lines. */
export interface GroupDeps {
  readonly ids: SourceIds
  readonly commands: LineCommands
}

/** The same, with the service into which the lines go. */
export interface ServiceDeps extends GroupDeps, SendDeps {
  readonly readModel: Pick<ReadModel, 'usersByExternalId'>
}

type Placed<Of extends Line = Line> = { readonly number: number; readonly line: Of }

interface ReadGroup {
  readonly users: readonly Placed<LineOf<'user'>>[]
  readonly others: readonly Placed[]
  readonly faults: readonly NumberedFault[]
}

/** Does a part of the work on one line; collects the fault if there is one. */
const attempt = <T>(number: number, faults: NumberedFault[], work: () => T): T | undefined => {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof LineError)) throw error
    faults.push({ number, field: error.field, reason: error.reason })
    return undefined
  }
}

const readGroup = (lines: readonly NumberedLine[]): ReadGroup => {
  const faults: NumberedFault[] = []
  const placed = lines.flatMap(({ number, text }): Placed[] => {
    const line = attempt(number, faults, () => readLine(text))
    return line === undefined ? [] : [{ number, line }]
  })
  const isUser = (one: Placed): one is Placed<LineOf<'user'>> => one.line.kind === 'user'
  return { users: placed.filter(isUser), others: placed.filter((one) => !isUser(one)), faults }
}

const commandsOf = (others: readonly Placed[], { commands }: GroupDeps, faults: NumberedFault[]): LineCommand[] =>
  others.flatMap(({ number, line }) => {
    const command = attempt(number, faults, () => {
      if (line.kind === 'export' || line.kind === 'user') throw new LineError('kind', 'only the first line has this kind')
      return commands.command(line)
    })
    return command === undefined ? [] : [{ number, command }]
  })

const creationsOf = (users: ReadGroup['users'], { commands }: GroupDeps, faults: NumberedFault[]): LineCommand[] =>
  users.flatMap(({ number, line }) => {
    const command = attempt(number, faults, () => commands.createUser(line))
    return command === undefined ? [] : [{ number, command }]
  })

/** Checks the lines of a group without a service. */
export const checkGroup = (lines: readonly NumberedLine[], deps: GroupDeps): readonly NumberedFault[] => {
  const { users, others, faults: unread } = readGroup(lines)
  const faults = [...unread]
  const valid = new Set(creationsOf(users, deps, faults).map(({ number }) => number))
  for (const { number, line } of users) if (valid.has(number)) deps.ids.setUser(line.id, deps.ids.newUser(line.id))
  commandsOf(others, deps, faults)
  return faults
}

/** Sets the ids of the users who exist, new or not. */
const findUsers = async (users: ReadGroup['users'], deps: ServiceDeps): Promise<void> => {
  if (users.length === 0) return
  const { ids, readModel } = deps
  const externalIds = users.map(({ line }) => line.externalUserId)
  const found = await readPatiently(() => readModel.usersByExternalId(externalIds), deps)
  for (const { line } of users) {
    const user = found.get(line.externalUserId)
    if (user !== undefined) ids.setUser(line.id, user.id)
  }
}

/** Creates the users who do not exist. A user who exists stays as it is. */
const createUsers = async (users: ReadGroup['users'], deps: ServiceDeps, faults: NumberedFault[]): Promise<void> => {
  await findUsers(users, deps)
  const missing = users.filter(({ line }) => !deps.ids.hasUser(line.id))
  const notStored = await sendCommands(creationsOf(missing, deps, faults), deps)
  await findUsers(missing, deps)
  const placeless = new Set(missing.filter(({ line }) => !deps.ids.hasUser(line.id)).map(({ number }) => number))
  faults.push(...notStored.filter(({ number }) => placeless.has(number)))
}

/** The image and the data of the users whom this import has created, now or before. */
const profilesOf = (users: ReadGroup['users'], { ids, commands }: GroupDeps): LineCommand[] =>
  users
    .filter(({ line }) => ids.hasUser(line.id) && ids.user(line.id, 'id') === ids.newUser(line.id))
    .flatMap(({ number, line }) => {
      const command = commands.profile(line)
      return command === undefined ? [] : [{ number, command }]
    })

/** Imports the lines of a group: its users first, and then the others in their order. Rejects with `StoppedError`. */
export const importGroup = async (lines: readonly NumberedLine[], deps: ServiceDeps): Promise<readonly NumberedFault[]> => {
  const { users, others, faults: unread } = readGroup(lines)
  const faults = [...unread]
  await createUsers(users, deps, faults)
  const sent = [...profilesOf(users, deps), ...commandsOf(others, deps, faults)]
  return [...faults, ...(await sendCommands(sent, deps))]
}

/** Restores what later lines need to know about the lines of a group that an earlier run has imported. */
export const skipGroup = async (lines: readonly NumberedLine[], deps: ServiceDeps): Promise<void> => {
  const { users, others } = readGroup(lines)
  await findUsers(users, deps)
  for (const { line } of others) deps.ids.note(line)
}
