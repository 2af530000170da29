import type { RequestRef } from '../../../shared/frames/answer-frame.ts'
import type { Outcome } from '../../../shared/records/outcome.ts'
import type { Requester } from './requester.ts'

/** Answers a request with the outcome of its command. */
export const answerWith = (requester: Pick<Requester, 'answer' | 'fail'>, ref: RequestRef, outcome: Outcome): void =>
  'error' in outcome ? requester.fail(ref, outcome.error) : requester.answer(ref, outcome.body)
