import { foreign } from '../../../support/load/entry.ts'
import type { RunIds } from '../../../support/load/run-ids.ts'

const numberDigits = 12

/** The id of the `n`th thing of a kind. */
export const simulatedId = (kind: number, n: number): string =>
  `${kind.toString(16).padStart(8, '0')}-0000-7000-8000-${n.toString(16).padStart(numberDigits, '0')}`

/** The number in an id; 0 without an id. */
export const numberOf = (id: string | undefined): number => (id === undefined ? 0 : Number.parseInt(id.slice(-numberDigits), 16))

const uuidChars = 36
const numberAt = ({ buffer, byteOffset, length }: Uint8Array, at: number): number => {
  if (length < at + uuidChars) return foreign
  const start = byteOffset + at + uuidChars - numberDigits
  return Number.parseInt(Buffer.from(buffer, start, numberDigits).toString('latin1'), 16)
}

/** Ids of the simulation for the checker: rooms, commands and requests share one numbering. */
export const simulatedIds: RunIds = {
  tag: 0,
  command: (number) => simulatedId(0, number),
  room: (number) => simulatedId(0, number),
  commandAt: numberAt,
  roomAt: numberAt,
}
