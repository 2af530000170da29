import type { Outcome } from '../../../shared/records/outcome.ts'
import type { Asked, Requester } from './requester.ts'

/** Answers a request with the outcome of its command. */
export const answerWith = (requester: Pick<Requester, 'answer' | 'fail'>, asked: Asked, outcome: Outcome): void =>
  'error' in outcome ? requester.fail(asked, outcome.error) : requester.answer(asked, outcome.body)
