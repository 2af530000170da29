import { z } from 'zod'
import type { Distribution } from '../../support/load/distribution.ts'
import { parseDistribution } from '../../support/load/distribution.ts'
import { parseDuration } from '../tester/units.ts'

/** A text that this function can parse; its error is the reason for which a file is refused. */
const parsedBy = <Value>(parse: (text: string) => Value) =>
  z.string().transform((text, context): Value => {
    try {
      return parse(text)
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message })
      return z.NEVER
    }
  })

const durationOf = (text: string): number => {
  try {
    return parseDuration('', text)
  } catch {
    throw new Error(`"${text}" is not a duration; write 250ms, 60s, 5m or 1h`)
  }
}

const rangeOf = (text: string): readonly [least: number, most: number] => {
  const [low = '', high = low, ...more] = text.split('-')
  if (more.length > 0) throw new Error(`"${text}" is not a time; write 2s or 1s-5s`)
  const [least, most] = [durationOf(low), durationOf(high)]
  if (most < least) throw new Error(`"${text}": the first time is longer than the second one`)
  return [least, most]
}

/** `30s`, in milliseconds. */
export const duration = parsedBy(durationOf)

/** `2s` or `1s-5s`, in milliseconds. */
export const durationRange = parsedBy(rangeOf)

/** A number of characters: see `parseDistribution`. */
export const distribution = parsedBy((text): Distribution => parseDistribution(text))
