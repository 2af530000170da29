import type { CommandKey } from '../../../../shared/ports/event-store.ts'
import type { Publication } from '../../../../shared/ports/fan-out.ts'
import type { PublishedOutcome } from '../../../../shared/records/publications.ts'
import { channels, readOutcomeLines } from '../../../../shared/records/publications.ts'
import type { ChatCommand } from '../../../../shared/room-events/room-events.ts'
import { keyText } from './command-keys.ts'

/** The address to which the commands of a run ask writers to answer. */
export const replyAddress = 'simulated-gateway'

/** Judges the answers of writers about messages that are deleted (J1b). */
export interface AnswerChecks {
  onPublished(publications: readonly Publication[]): void
  /** Sent when nothing is under way: the command must be answered with this body, or with the rejection of this code. */
  expect(key: CommandKey, bodyOrCode: string): void
  atRest(): void
}

/** The message whose content the answer to a command carries. */
const carriedBy = (command: ChatCommand): string | undefined => {
  if (command.type === 'PostMessage') return command.id
  return command.type === 'EditMessage' ? command.body.message : undefined
}

const textOf = (body: string): string | undefined => {
  const { msg, message } = JSON.parse(body) as { readonly msg?: string; readonly message?: { readonly msg?: string } }
  return msg ?? message?.msg
}

export const answerChecks = (
  commandOf: (key: CommandKey) => ChatCommand | undefined,
  say: (problem: string) => void,
): AnswerChecks => {
  const expected = new Map<string, { readonly outcome: string; isAnswered: boolean }>()

  const judgeExpected = (key: CommandKey, outcome: PublishedOutcome['outcome']): void => {
    const wanted = expected.get(keyText(key))
    if (wanted === undefined) return
    wanted.isAnswered = true
    const answer = 'error' in outcome ? outcome.error.code : outcome.body
    if (answer !== wanted.outcome) say(`${keyText(key)}: a repeat after the deletion was answered with ${answer}`)
  }

  /** The answers of one batch have the order of its commands: behind that to the deletion there is no content. */
  const judgeBatch = (answers: readonly PublishedOutcome[]): void => {
    const deleted = new Set<string>()
    for (const { room, command: id, digest, outcome } of answers) {
      const key = { room, id, digest }
      const command = commandOf(key)
      judgeExpected(key, outcome)
      if (command === undefined || 'error' in outcome) continue
      if (command.type === 'DeleteMessage') deleted.add(`${room} ${command.body.message}`)
      const isDeleted = deleted.has(`${room} ${carriedBy(command)}`)
      if (isDeleted && textOf(outcome.body) !== '') say(`${keyText(key)}: answered with deleted content in the same batch`)
    }
  }

  return {
    onPublished: (publications) => {
      const own = publications.filter(({ channel }) => channel === channels.gateway(replyAddress))
      judgeBatch(own.flatMap(({ payload }) => readOutcomeLines(Buffer.from(payload)).outcomes))
    },
    expect: (key, outcome) => void expected.set(keyText(key), { outcome, isAnswered: false }),
    atRest: () => {
      for (const [key, { isAnswered }] of expected) if (!isAnswered) say(`${key}: a repeat after the deletion had no answer`)
    },
  }
}
