import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readReactionCursor, writeCursor } from '../../../infra/postgres/read-model/cursor.ts'
import * as field from '../../../shared/protocol/fields.ts'

describe('A cursor of the list of reactions', () => {
  it.each([['字'.repeat(64)], ['👍🏽'.repeat(16)], ['\u0001'.repeat(64)], ['"'.repeat(64)]])(
    'is short enough for a request after the longest reaction, %j',
    (reaction) => {
      const place = { reaction: field.reaction.parse(reaction), user: randomUUID(), only: true as const }
      const cursor = field.cursor.parse(writeCursor('reactions', place))
      expect(readReactionCursor(cursor)).toEqual(place)
    },
  )
})
