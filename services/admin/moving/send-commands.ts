import type { Clock } from '../../../shared/ports/clock.ts'
import type { CommandLog, NewRecord } from '../../../shared/ports/command-log.ts'
import { PublishError } from '../../../shared/ports/command-log.ts'
import type { CommandResult, ReadCommandResults } from '../../../shared/ports/command-results.ts'
import type { CommandKey } from '../../../shared/ports/event-store.ts'
import { StoreError } from '../../../shared/ports/event-store.ts'
import { writeCommand } from '../../../shared/records/command-record.ts'
import { recordHeaders } from '../../../shared/records/record-headers.ts'
import type { Command } from '../../../shared/room-events/room-events.ts'
import { pause } from '../../../shared/runtime/async/pause.ts'
import type { LineFault } from './line-fault.ts'

/** The parts of the service that an import uses. */
export interface SendDeps {
  readonly commandLog: Pick<CommandLog, 'publish'>
  readonly commandResults: ReadCommandResults
  /** Resolves when the writers have acknowledged every record that was published before the call, or when the signal is aborted. */
  readonly drained: (signal: AbortSignal) => Promise<void>
  readonly clock: Clock
  /** Aborted: stop waiting. */
  readonly signal: AbortSignal
}

/** A command, and the line that it comes from. */
export interface LineCommand {
  readonly number: number
  readonly command: Command
}

/** The fault of a numbered line. */
export interface NumberedFault extends LineFault {
  readonly number: number
}

/** The import was stopped before the outcomes of its last commands were known. A repeated import sends them again. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError'
}

const pollMs = 10
/** Writers that are unavailable for a moment are not waited for by reading offsets. */
const quietMs = 2_000
const retryMs = 500

/** The key of a command's outcome. That of a `CreateUser` is kept in the stream of the user that it would create. */
const keyOf = ({ type, stream, id, digest }: Command): CommandKey => ({ room: type === 'CreateUser' ? id : stream, id, digest })

const recordOf = (command: Command): NewRecord => ({
  key: command.stream,
  value: writeCommand(command),
  headers: { [recordHeaders.command]: command.id, [recordHeaders.digest]: command.digest },
})

const faultOf = ({ number }: LineCommand, result: Exclude<CommandResult, { kind: 'stored' }>): NumberedFault => {
  if (result.kind === 'conflict') return { number, field: 'id', reason: 'the service has other content with this id' }
  const { code, message, details } = result.rejection
  const field = typeof details?.field === 'string' ? details.field.replace(/^body\./, '') : ''
  return { number, field, reason: `${code}: ${message}` }
}

const withoutOutcome = ({ number }: LineCommand): NumberedFault => ({
  number,
  field: '',
  reason: 'the writers have recorded no outcome: they refused a direct chat, or the dead-letter topic has the command',
})

/** Publishes the records, in their order, until the log has them. Resolves with those that are too large for it. */
const publish = async (records: readonly NewRecord[], deps: SendDeps): Promise<ReadonlySet<object>> => {
  while (!deps.signal.aborted) {
    try {
      await deps.commandLog.publish(records)
      return new Set()
    } catch (error) {
      if (!(error instanceof PublishError)) throw error
      if (error.kind === 'too_large') return error.tooLarge
      await pause(deps.clock, retryMs, deps.signal)
    }
  }
  throw new StoppedError('stopped before the command log had all commands')
}

/** Repeats a read while the store is unavailable. Rejects with `StoppedError` when the signal is aborted. */
export const readPatiently = async <T>(
  read: () => Promise<T>,
  { clock, signal }: Pick<SendDeps, 'clock' | 'signal'>,
): Promise<T> => {
  while (!signal.aborted) {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof StoreError) || error.fault === 'record') throw error
      await pause(clock, retryMs, signal)
    }
  }
  throw new StoppedError('stopped before all outcomes were known')
}

/** The last command of each stream: the commands of a stream are decided in their order. */
const lastOfStreams = (sent: readonly LineCommand[]): readonly LineCommand[] => [
  ...new Map(sent.map((one) => [one.command.stream, one])).values(),
]

/** The commands without an outcome, after they were waited for. The wait ends early if no outcome arrives for a while. */
const waitFor = async (sent: readonly LineCommand[], deps: SendDeps): Promise<readonly LineCommand[]> => {
  const { clock, signal } = deps
  let pending = sent
  let changedMs = clock.monotonicMs()
  while (pending.length > 0 && clock.monotonicMs() - changedMs < quietMs) {
    await pause(clock, pollMs, signal)
    const results = await resultsOf(pending, deps)
    const open = pending.filter((_, index) => results[index] === undefined)
    if (open.length < pending.length) changedMs = clock.monotonicMs()
    pending = open
  }
  return pending
}

const resultsOf = (sent: readonly LineCommand[], deps: SendDeps): Promise<readonly (CommandResult | undefined)[]> => {
  const keys = sent.map(({ command }) => keyOf(command))
  return readPatiently(() => deps.commandResults(keys), deps)
}

/** Waits for the outcomes of published commands. Resolves with the faults of those that were not stored. */
const settle = async (sent: readonly LineCommand[], deps: SendDeps): Promise<readonly NumberedFault[]> => {
  const isQuiet = (await waitFor(lastOfStreams(sent), deps)).length > 0
  if (isQuiet) await deps.drained(deps.signal)
  const results = await resultsOf(sent, deps)
  return sent.flatMap((one, index) => {
    const result = results[index]
    if (result === undefined) return [withoutOutcome(one)]
    return result.kind === 'stored' ? [] : [faultOf(one, result)]
  })
}

/**
 * Publishes commands to the command log, as a gateway does, and waits until the running writers have decided all of them.
 * Resolves with the faults of those that were not stored. Rejects with `StoppedError` when the signal is aborted.
 */
export const sendCommands = async (commands: readonly LineCommand[], deps: SendDeps): Promise<readonly NumberedFault[]> => {
  if (commands.length === 0) return []
  const records = commands.map(({ command }) => recordOf(command))
  const tooLarge = await publish(records, deps)
  const isTooLarge = (_: LineCommand, index: number): boolean => tooLarge.has(records[index] ?? {})
  const refused = commands
    .filter(isTooLarge)
    .map(({ number }) => ({ number, field: '', reason: 'is too large for the command log' }))
  const sent = commands.filter((one, index) => !isTooLarge(one, index))
  return [...refused, ...(await settle(sent, deps))]
}
