import { PublishError } from '../../../shared/ports/command-log.ts'
import type { ErrorBody } from '../../../shared/protocol/errors.ts'
import { errorBody } from '../../../shared/protocol/errors.ts'
import { writeCommand } from '../../../shared/records/command-record.ts'
import type { Outcome } from '../../../shared/records/outcome.ts'
import { recordHeaders } from '../../../shared/records/record-headers.ts'
import type { Command } from '../../../shared/room-events/room-events.ts'
import type { PendingCommand, PendingCommands } from '../rooms/pending-commands.ts'
import type { Attempt } from './attempts.ts'
import type { Produce } from './produce.ts'

/** A command on its way to the log. */
export interface Submission<Sent extends Command = Command> {
  readonly command: Sent
  readonly entered: PendingCommand
  readonly traceparent: string | undefined
  /** The outcome is to be sent to this gateway, because the event may not reach the requester. */
  readonly isDirect: boolean
  readonly attempt: Attempt
  /** The id of the command that must be accepted before. */
  readonly after?: string | undefined
}

/** Gives a command to the log. A refusal is the command's outcome. */
export type HandOver = (submission: Submission) => Promise<void>

/** `gateway`: this gateway's reply address. */
export interface HandOverDeps {
  readonly gateway: string
  readonly produce: Produce
  readonly pending: Pick<PendingCommands, 'conclude'>
}

/** Final, because the command is too large at every attempt. */
const tooLarge: Outcome = {
  error: errorBody('invalid', 'body: larger than the command log takes', {
    field: 'body',
    reason: 'larger than the command log takes',
  }),
}
const notAccepted: Outcome = { error: errorBody('unavailable', 'not accepted; send again later') }

/** The error of a request whose `after` names a refused one. */
export const behindRefused = (after: string | undefined): ErrorBody =>
  errorBody('unavailable', 'after: that request was refused; send it again first', { after })

const outcomeOf = ({ kind }: PublishError, { attempt, after }: Submission): Outcome => {
  if (kind === 'too_large') return tooLarge
  return attempt.after?.isRefused === true ? { error: behindRefused(after) } : notAccepted
}

export const createHandOver =
  ({ gateway, produce, pending }: HandOverDeps): HandOver =>
  async (submission) => {
    const { command, entered, traceparent, isDirect, attempt } = submission
    const headers = {
      [recordHeaders.command]: command.id,
      [recordHeaders.digest]: command.digest,
      [recordHeaders.reply]: gateway,
      ...(isDirect ? { [recordHeaders.direct]: '1' } : {}),
      ...(traceparent === undefined ? {} : { [recordHeaders.traceparent]: traceparent }),
    }
    try {
      await produce({ key: command.stream, value: writeCommand(command), headers }, Date.parse(command.at), attempt)
    } catch (error) {
      if (!(error instanceof PublishError)) throw error
      pending.conclude(entered, outcomeOf(error, submission))
    }
  }
