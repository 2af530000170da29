import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerFrame, errorFrame, noticeFrame } from '../../../shared/frames/answer-frame.ts'
import { messagesBody } from '../../../shared/frames/messages-body.ts'
import { errorBody } from '../../../shared/protocol/errors.ts'

const text = fc.string({ unit: 'binary' })
const ref = fc.record({ event: text, id: fc.oneof(text, fc.integer()) }, { requiredKeys: ['event'] })
const body = fc.dictionary(
  text.filter((name) => name !== '__proto__'),
  fc.oneof(text, fc.integer(), fc.boolean()),
  { noNullPrototype: true },
)

describe('The frame of an answer', () => {
  it('is parsed into the event and id of its request, and its body', () => {
    fc.assert(
      fc.property(ref, body, (request, given) => {
        expect(JSON.parse(answerFrame(request, JSON.stringify(given)))).toEqual({ ...request, body: given })
      }),
    )
  })

  it('is parsed into the event and id of its request, and its error', () => {
    fc.assert(
      fc.property(ref, text, (request, message) => {
        const error = errorBody('invalid', message, { field: message })
        expect(JSON.parse(errorFrame(request, error))).toEqual({ ...request, error })
      }),
    )
  })

  it('has no id if no request caused it', () => {
    expect(noticeFrame('drain', { delay_ms: 5 })).toBe('{"event":"drain","body":{"delay_ms":5}}')
  })
})

describe('The body of a list of messages', () => {
  it('is parsed into the stored messages, each with its seq, and the cursor', () => {
    const message = fc.record({ seq: fc.integer({ min: 1 }), body })
    fc.assert(
      fc.property(fc.array(message, { maxLength: 5 }), fc.option(text, { nil: undefined }), (messages, nextCursor) => {
        const next = nextCursor === undefined ? {} : { nextCursor }
        const stored = messages.map(({ seq, body: given }) => ({ seq, data: JSON.stringify(given) }))
        expect(JSON.parse(messagesBody({ messages: stored, asOf: 9, ...next }))).toEqual({
          messages: messages.map(({ seq, body: given }) => ({ ...given, seq })),
          as_of: 9,
          ...(nextCursor === undefined ? {} : { next_cursor: nextCursor }),
        })
      }),
    )
  })
})
