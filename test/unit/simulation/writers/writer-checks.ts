import type { LogRecord } from '../../../../shared/ports/command-log.ts'
import type { Append, CommandKey, RecordedOutcome, StoredEvent } from '../../../../shared/ports/event-store.ts'
import type { StreamRecord } from '../../../../shared/ports/event-stream.ts'
import type { Publication } from '../../../../shared/ports/fan-out.ts'
import { readCommand } from '../../../../shared/records/command-record.ts'
import type { ChatCommand } from '../../../../shared/room-events/room-events.ts'
import { answerChecks } from './check-answers.ts'
import { checkDecisions } from './check-decisions.ts'
import { checkEventStream } from './check-event-stream.ts'
import { checkLogOrder } from './check-log-order.ts'
import { checkRedaction } from './check-redaction.ts'
import { keyOf, keysOfAppend, keyText } from './command-keys.ts'
import { decidedEvents } from './decided-events.ts'

/** A run as the checks see it. */
export interface WriterRun {
  readonly nowMs: () => number
  readonly records: () => readonly LogRecord[]
  readonly events: () => readonly StoredEvent[]
  readonly outcome: (key: CommandKey) => RecordedOutcome | undefined
}

export interface WriterChecks {
  readonly problems: readonly string[]
  /** Called before the events of an append are visible. */
  onCommit(batch: Append): void
  onStreamed(records: readonly StreamRecord[]): void
  /** The offsets of these records are committed; the commit began at `sinceMs`. */
  onAcknowledged(records: readonly LogRecord[], sinceMs: number): void
  /** A writer publishes to the gateways. */
  onPublished(publications: readonly Publication[]): void
  /** Sent when nothing is under way: the command must be answered with this body, unless its rejection is recorded. */
  expectAnswer(key: CommandKey, body: string): void
  /** The database has lost these commits. */
  onLost(batches: readonly Append[]): void
  atRest(): void
}

const idText = ({ room, id }: Pick<CommandKey, 'room' | 'id'>): string => `${room} ${id}`

/**
 * Checks the promises of a writer at each commit, each acknowledgement and at the
 * end of the run.
 *
 * An outcome that the database has lost may stay lost only if its command was
 * acknowledged, or an acknowledgement was in flight: any other command is
 * delivered again.
 */
export const writerChecks = (run: WriterRun): WriterChecks => {
  const problems: string[] = []
  const say = (problem: string): void => void problems.push(problem)
  /** When the outcome of a command was lost, by command, and by id for the commands that were in conflict with it. */
  const lostMs = new Map<string, number>()
  const acknowledged = new Set<string>()
  const excused = new Set<string>()
  const outcomes = new Map<string, string>()
  const streamed: StreamRecord[] = []
  const { note, asDecided } = decidedEvents()

  const commandOf = (key: CommandKey): ChatCommand | undefined => {
    const commands = run.records().map(({ value }) => readCommand(value) as ChatCommand)
    return commands.find((command) => keyText(keyOf(command)) === keyText(key))
  }

  const answers = answerChecks(commandOf, say)

  /** As it was decided, or as it is stored now: a deletion may come between the commit and the publication. */
  const isStreamed = (event: StoredEvent): boolean =>
    streamed.some(({ value }) => [event, asDecided(event)].some(({ data }) => value.endsWith(`"body":${data}}`)))

  /** A command has one outcome, unless the database has lost it. */
  const noteOutcome = (key: CommandKey, outcome: string): void => {
    const first = outcomes.get(keyText(key))
    if (first !== undefined && first !== outcome) say(`${keyText(key)} was ${first}, and is ${outcome}`)
    outcomes.set(keyText(key), outcome)
  }

  const isTaken = (key: CommandKey): boolean =>
    run.records().some(({ value }) => {
      const other = keyOf(readCommand(value))
      return idText(other) === idText(key) && run.outcome(other) !== undefined
    })

  const checkAcknowledged = (key: CommandKey, sinceMs: number): void => {
    const own = run.outcome(key)
    const excusedMs = Math.max(lostMs.get(keyText(key)) ?? -1, lostMs.get(idText(key)) ?? -1)
    if (sinceMs <= excusedMs || excused.has(keyText(key))) return
    if (own === undefined && !isTaken(key)) say(`${keyText(key)} is acknowledged and has no outcome`)
    if (own?.kind === 'event' && !isStreamed(own.event)) say(`${keyText(key)} is acknowledged and not in the event stream`)
  }

  return {
    problems,
    onCommit: (batch) => {
      checkDecisions(batch, run.events(), commandOf, noteOutcome, say)
      note(batch)
    },
    onPublished: answers.onPublished,
    expectAnswer: (key, body) => {
      const recorded = outcomes.get(keyText(key))
      answers.expect(key, recorded === undefined || recorded.startsWith('event') ? body : recorded)
    },
    onStreamed: (records) => void streamed.push(...records),
    onAcknowledged: (records, sinceMs) => {
      for (const { value } of records) {
        const key = keyOf(readCommand(value))
        checkAcknowledged(key, sinceMs)
        acknowledged.add(keyText(key))
        if (sinceMs <= (lostMs.get(keyText(key)) ?? -1)) excused.add(keyText(key))
      }
    },
    onLost: (batches) => {
      for (const key of batches.flatMap(keysOfAppend)) {
        lostMs.set(keyText(key), run.nowMs())
        lostMs.set(idText(key), run.nowMs())
        outcomes.delete(keyText(key))
        if (acknowledged.has(keyText(key))) excused.add(keyText(key))
      }
    },
    atRest: () => {
      const events = run.events()
      checkLogOrder(run.records(), events.map(asDecided), excused, say)
      checkEventStream(streamed, events, asDecided, lostMs, say)
      checkRedaction(events, say)
      answers.atRest()
    },
  }
}
