import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { createFrameReader } from '../../../services/gateway/requests/frame-reader.ts'
import {
  answerFrames,
  errorFrame,
  feedFrames,
  resumeReasons,
  serverFrame,
  serverPushes,
} from '../../../shared/protocol/answers.ts'
import { closeCodes, mayReconnect } from '../../../shared/protocol/close-codes.ts'
import { errors } from '../../../shared/protocol/errors.ts'
import { defaultLimits } from '../../../shared/protocol/limits.ts'
import type { Price } from '../../../shared/protocol/price.ts'
import { priceUnits } from '../../../shared/protocol/price.ts'
import { prices } from '../../../shared/protocol/prices.ts'
import { withProtocolTables } from '../../../shared/protocol/protocol-tables.ts'
import { requestEvents, requestSchemas } from '../../../shared/protocol/requests.ts'
import type { Example } from './protocol-document.ts'
import { contents, documentText, examples, rowsUnder } from './protocol-document.ts'
import { fieldsIn, fieldsOf } from './schema-fields.ts'

interface Frame {
  readonly event: string
  readonly id?: string
  readonly seq?: number
  readonly error?: object
}

const frame = (text: string): Frame => JSON.parse(text) as Frame
const sent = examples.filter(({ direction }) => direction === '>').map(({ text }) => text)
const received = examples.filter(({ direction }) => direction === '<').map(({ text }) => text)
/** Objects whose keys are not field names: room ids, reactions, details of an error, data of an application. */
const maps = [
  'body.put.headers',
  'body.rooms',
  'body.others',
  'body.unread',
  'body.resume.rooms',
  'body.data',
  'body.chat.data',
  'body.message.data',
  'body.user.data',
  'body.messages.reactions',
  'error.details',
]
/** The users of a `watch` are an object in its answer, by their ids. */
const mapsIn = ({ event }: Frame): readonly string[] => (event === 'watch' ? [...maps, 'body.users'] : maps)
const read = createFrameReader(defaultLimits)
const requests = sent.filter((text) => 'request' in read(text)).map(frame)

/** The answer in the document: the next line. */
const answerTo = (text: string): Frame => {
  const answer = examples[examples.findIndex((example) => example.text === text) + 1] as Example
  return frame(answer.text)
}

/** The schema for a frame of this kind and event. */
const schemaOf = (shown: Frame): z.ZodType | undefined => {
  if (shown.error !== undefined) return errorFrame
  const table: Readonly<Record<string, z.ZodType>> =
    shown.seq !== undefined ? feedFrames : shown.id === undefined && shown.event in serverPushes ? serverPushes : answerFrames
  return table[shown.event]
}

/** Whether the event takes a place in the order of its room. */
const isCommand = (event: string): boolean => event in feedFrames

describe('the examples of PROTOCOL.md', () => {
  it.each(sent)('contain a request that is accepted or refused as shown: %s', (text) => {
    const outcome = read(text)
    const error = answerTo(text).error as { code?: string } | undefined
    if ('error' in outcome) expect(outcome.error).toEqual(error)
    else expect(error?.code).not.toBe('invalid')
  })

  it.each(sent)('contain a request that is followed by its answer: %s', (text) => {
    const outcome = read(text)
    const asked = 'error' in outcome ? outcome.ref : outcome.request
    expect(answerTo(text)).toMatchObject({ event: asked.event, ...(asked.id === undefined ? {} : { id: asked.id }) })
  })

  it.each(received)('contain a valid frame of the service: %s', (text) => {
    const shown = frame(text)
    const schema = schemaOf(shown)
    expect(schema?.safeParse(shown).error).toBeUndefined()
    expect(serverFrame.safeParse(shown).success).toBe(true)
    expect(fieldsOf(schema as z.ZodType)).toEqual(expect.arrayContaining(fieldsIn(shown, mapsIn(shown))))
  })

  it('show every event as a request and as an answer', () => {
    const frames = received.map(frame)
    const names = (shown: readonly Frame[]) => new Set(shown.map(({ event }) => event))
    expect(names(requests)).toEqual(new Set(requestEvents))
    expect(names(frames.filter(({ seq }) => seq !== undefined))).toEqual(new Set(Object.keys(feedFrames)))
    expect(names(frames)).toEqual(new Set([...Object.keys(answerFrames), ...Object.keys(serverPushes), 'error']))
  })

  it.each(requestEvents)('show every field of the request %s', (event) => {
    const shown = requests.filter((request) => request.event === event).flatMap((request) => fieldsIn(request, maps))
    const everywhere = ['as', 'id', ...(isCommand(event) && shown.includes('room') ? ['after'] : [])]
    expect(new Set([...shown, ...everywhere])).toEqual(new Set(fieldsOf(requestSchemas(defaultLimits)[event])))
  })

  it('show how to act for another user', () => {
    expect(requests.some((request) => 'as' in request)).toBe(true)
  })
})

describe('the tables of PROTOCOL.md', () => {
  it('are up to date with npm run docs', () => {
    expect(withProtocolTables(documentText)).toBe(documentText)
  })

  it('contain exactly the error codes with their meanings', () => {
    const expected = Object.entries(errors).map(([code, { status, retryable, meaning }]) => [
      `\`${code}\``,
      String(status),
      retryable ? 'yes' : 'no',
      meaning,
    ])
    expect(rowsUnder('Errors')).toEqual(expected)
  })

  it('contain exactly the close codes with reason, advice and meaning', () => {
    const expected = Object.values(closeCodes).map(({ code, reason, meaning }) => [
      String(code),
      reason,
      mayReconnect(code) ? 'yes' : 'no',
      meaning,
    ])
    expect(rowsUnder('Close codes')).toEqual(expected)
  })

  it('contain exactly the limits with their defaults and variables', () => {
    const variable = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
    const expected = Object.entries(defaultLimits).map(([name, value]) => [value.toLocaleString('en'), `\`${variable(name)}\``])
    expect(rowsUnder('Limits').map(([, ...cells]) => cells)).toEqual(expected)
  })

  it('contain exactly the prices of the requests', () => {
    const expected = Object.entries<Price | undefined>(prices).map(([event, price]) => {
      const more = price === undefined ? '' : `1 for each ${price.per.toLocaleString('en')} ${priceUnits[price.unit]}`
      return [`\`${event}\``, '1', more]
    })
    expect(rowsUnder('Prices')).toEqual(expected)
  })

  it('contain exactly the reasons of rooms that are not recovered', () => {
    const named = rowsUnder('Resume').map(([reason = '']) => reason.replaceAll('`', ''))
    expect(named).toEqual(resumeReasons)
  })
})

describe('the headings and links of PROTOCOL.md', () => {
  const anchorOf = (title: string): string => title.toLowerCase().replaceAll(' ', '-')

  it('list all sections in order', () => {
    expect(contents.listed).toEqual(contents.headings.map((title) => ({ title, anchor: anchorOf(title) })))
  })

  it('link only to existing targets', () => {
    expect(contents.anchors.filter((anchor) => !contents.headings.some((title) => anchorOf(title) === anchor))).toEqual([])
    expect(contents.links.filter((path) => !existsSync(new URL(`../../../shared/protocol/${path}`, import.meta.url)))).toEqual([])
    expect(contents.links.length).toBeGreaterThan(3)
  })
})

describe('Close codes', () => {
  it.each([1002, 1007, 1009, 4500, 4999])('forbid a reconnect after %d', (code) => {
    expect(mayReconnect(code)).toBe(false)
  })

  it.each([1001, 1006, 1011, 1012, 1013, 4000, 4242, 4499])('allow a reconnect after %d', (code) => {
    expect(mayReconnect(code)).toBe(true)
  })

  it.each([1000, 1003, 1005, 1008, 1010, 1014, 1015, 3000, 3999])(
    'allow a reconnect after %d, which the service never sends',
    (code) => {
      expect(Object.values(closeCodes).map((entry): number => entry.code)).not.toContain(code)
      expect(mayReconnect(code)).toBe(true)
    },
  )

  it('are unique', () => {
    const codes = Object.values(closeCodes).map(({ code }) => code)
    expect(new Set(codes).size).toBe(codes.length)
  })
})

describe('Frames of the service', () => {
  const room = '01a20e3b-6111-7eb9-a052-16a1449e88a0'

  it('are feed frames if they have a seq, and answers otherwise', () => {
    const shown = frame(received.find((text) => frame(text).seq === 2) ?? '')
    expect(answerFrames['new-message'].safeParse(shown).success).toBe(false)
    expect(feedFrames['new-message'].safeParse({ ...shown, seq: 0 }).success).toBe(false)
    expect(feedFrames['new-message'].safeParse({ ...shown, seq: undefined }).success).toBe(false)
  })

  it('may have unknown fields', () => {
    const shown = { event: 'drain', body: { delay_ms: 3, later: true }, also: { room } }
    expect(serverPushes.drain.parse(shown)).toEqual(shown)
  })
})
