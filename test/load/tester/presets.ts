import type { Stage } from '../../support/load/schedule.ts'
import type { Mix } from '../mix/mix.ts'

/** The shape of a load, with the values of the command line. */
export interface Shape {
  readonly users: number
  readonly rooms: number
  readonly roomSize: string
  readonly messageSize: string
  /** The shares of the kinds of commands; undefined: messages only. */
  readonly mix?: Mix
  /** The highest rate, if there are stages. */
  readonly rate: number
  /** Empty: the same rate for the whole duration. */
  readonly stages: readonly Stage[]
  readonly durationMs: number
  readonly rampMs: number
  readonly slowReaders: number
  readonly dropsPerSecond: number
}

export const usualShape: Shape = {
  users: 100,
  rooms: 20,
  roomSize: '2-20',
  messageSize: '20-200',
  rate: 100,
  stages: [],
  durationMs: 60_000,
  rampMs: 5_000,
  slowReaders: 0,
  dropsPerSecond: 0,
}

export const presets: Readonly<Record<string, { readonly meaning: string; readonly shape: Partial<Shape> }>> = {
  'many-rooms': {
    meaning: 'many small rooms, as on a working day',
    shape: { users: 2_000, rooms: 1_000, roomSize: 'zipf:30', rate: 500, rampMs: 20_000 },
  },
  'town-hall': {
    meaning: 'one room of all users: each message is delivered to a thousand',
    shape: { users: 1_000, rooms: 1, roomSize: '1000', rate: 10, rampMs: 10_000 },
  },
  'reconnect-storm': {
    meaning: 'sockets are dropped continuously, and resume',
    shape: { users: 500, rooms: 100, roomSize: '5-30', rate: 100, dropsPerSecond: 50, rampMs: 5_000 },
  },
  'living-messages': {
    meaning: 'messages that get reactions, are edited, deleted and pinned',
    shape: {
      users: 500,
      rooms: 100,
      roomSize: 'zipf:30',
      rate: 200,
      mix: { messages: 88, reactions: 8, edits: 2, deletes: 1, pins: 1 },
    },
  },
  'slow-readers': {
    meaning: 'a fifth of the users read with pauses',
    shape: { users: 200, rooms: 40, roomSize: '5-30', rate: 200, messageSize: '200-2000', slowReaders: 0.2 },
  },
}
