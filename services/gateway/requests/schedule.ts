import type { Outcome } from '../../../shared/records/outcome.ts'
import type { PendingCommands } from '../rooms/pending-commands.ts'
import type { CommandQueue } from './command-queue.ts'
import type { HandOver, Submission } from './hand-over.ts'
import type { Replaced } from './replace-external-ids.ts'
import type { Requester } from './requester.ts'

/** Hands a command over after the earlier ones of its stream, when `listening` has resolved and its users are known. */
export type Schedule = (
  submission: Submission,
  requester: Requester,
  listening?: Promise<void>,
  replacement?: Promise<Replaced>,
) => void

/** The queues of the requesters, and the parts of the intake that end a command. */
export interface ScheduleDeps {
  readonly handOver: HandOver
  readonly pending: Pick<PendingCommands, 'report' | 'conclude'>
  readonly queueOf: (requester: Requester) => CommandQueue
  readonly forgetIfIdle: (requester: Requester) => void
}

export const createSchedule = ({ handOver, pending, queueOf, forgetIfIdle }: ScheduleDeps): Schedule => {
  /** Ends a command that is not handed over. */
  const endWith = (outcome: Outcome, { entered, attempt }: Submission): void => {
    attempt.isRefused = 'error' in outcome && outcome.error.retryable
    if ('seq' in outcome) pending.report(entered, outcome)
    else pending.conclude(entered, outcome)
  }

  /** A refused attempt is kept, because the sender may repeat the command. */
  const attemptOnce = async (
    submission: Submission,
    replaced: Replaced | undefined,
    { attempts }: CommandQueue,
    requester: Requester,
  ): Promise<void> => {
    const { command, attempt } = submission
    if (replaced !== undefined && 'outcome' in replaced) endWith(replaced.outcome, submission)
    else await handOver(replaced === undefined ? submission : { ...submission, command: replaced.command })
    if (!attempt.isRefused) attempts.end(command.id, attempt)
    forgetIfIdle(requester)
  }

  return (submission, requester, listening, replacement) => {
    const { command } = submission
    const queue = queueOf(requester)
    let replaced: Replaced | undefined
    const replacing = replacement?.then((result) => {
      replaced = result
    })
    const ready = replacing === undefined ? listening : Promise.all([listening, replacing]).then(() => undefined)
    const act = (): void => void attemptOnce(submission, replaced, queue, requester)
    queue.inOrder(command.stream, ready, act, () => forgetIfIdle(requester))
  }
}
