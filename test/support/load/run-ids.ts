import { randomInt } from 'node:crypto'
import { foreign } from './entry.ts'

/**
 * The ids of one run: UUIDs of version 7 that contain the number of what they
 * name at fixed positions, so that every process can identify a frame without a
 * table. Their time is the intended time of sending, to a quarter of a
 * microsecond.
 */
export interface RunIds {
  readonly tag: number
  command(number: number, intendedMs: number): string
  room(number: number): string
  /** The number of the command whose id is at that place, or `foreign`. */
  commandAt(text: Uint8Array, at: number): number
  roomAt(text: Uint8Array, at: number): number
}

/** Below 2^27: one half of the range of tags marks rooms, the other one commands. */
const tags = 2 ** 27
const roomBit = 2 ** 27

export const freshTag = (): number => randomInt(tags)

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0')

const digitOf = new Uint8Array(256).fill(255)
for (const [value, digit] of [...'0123456789abcdef'].entries()) digitOf[digit.charCodeAt(0)] = value

const numberAt = (text: Uint8Array, at: number, digits: number): number => {
  let value = 0
  for (let index = at; index < at + digits; index += 1) value = value * 16 + (digitOf[text[index] ?? 0] ?? 255)
  return value
}

/** The places of the parts in `tttttttt-tttt-7fff-8ggg-ggggnnnnnnnn`: time, fraction, tag, number. */
const places = { time: 0, timeEnd: 9, fraction: 15, tag: 20, tagEnd: 24, number: 28 } as const

const idText = (tag: number, number: number, ms: number): string => {
  const whole = Math.floor(ms)
  const time = hex(whole, 12)
  const fraction = hex(Math.floor((ms - whole) * 4_096), 3)
  const tagged = hex(tag, 7)
  return `${time.slice(0, 8)}-${time.slice(8)}-7${fraction}-8${tagged.slice(0, 3)}-${tagged.slice(3)}${hex(number, 8)}`
}

const tagAt = (text: Uint8Array, at: number): number =>
  numberAt(text, at + places.tag, 3) * 65_536 + numberAt(text, at + places.tagEnd, 4)

/** The intended time of sending of the id's command, in milliseconds since the epoch. */
export const intendedAt = (text: Uint8Array, at: number): number =>
  numberAt(text, at, 8) * 65_536 + numberAt(text, at + places.timeEnd, 4) + numberAt(text, at + places.fraction, 3) / 4_096

export const runIds = (tag: number, startMs: number): RunIds => {
  const rooms = new Map<number, string>()
  const roomId = (number: number): string => {
    const known = rooms.get(number)
    if (known !== undefined) return known
    const id = idText(tag + roomBit, number, startMs)
    rooms.set(number, id)
    return id
  }
  const read = (text: Uint8Array, at: number, wanted: number): number =>
    tagAt(text, at) === wanted ? numberAt(text, at + places.number, 8) : foreign
  return {
    tag,
    command: (number, intendedMs) => idText(tag, number, intendedMs),
    room: roomId,
    commandAt: (text, at) => read(text, at, tag),
    roomAt: (text, at) => read(text, at, tag + roomBit),
  }
}
