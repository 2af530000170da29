/**
 * What is written down of a run. One flat shape for every kind of entry, all
 * numbers, so that millions fit into memory; a field that a kind has no use
 * for is 0. Users, rooms and sockets go by numbers; `run-ids.ts` turns ids into them.
 */
export const entryKinds = [
  /** A socket was opened for `user`; `seq` is 1 when its user reads in fits and starts. */
  'opened',
  /** Its `create-user` was answered. */
  'bound',
  /** A resume names `room` with `seq` as the last one seen. */
  'resuming',
  /** What the answer to the resume says of `room`: its head `seq`, and `code`. */
  'resumed',
  /** The answer that binds says where `room`, which no resume named, goes on: after `seq`. */
  'standing',
  /** The socket is gone; `seq` is the close code. */
  'closed',
  /** `operation` was sent: `command` is what it asks for, the same at every sending. */
  'invoked',
  /** It was confirmed; `seq` is its place, 0 when the confirmation was an answer. */
  'ok',
  /** It was refused; `code` says why. */
  'failed',
  /** Nobody knows: a time-out, or the socket's end. */
  'unknown',
  /** A frame of a room's feed; `operation` is not 0 when it confirms one. */
  'frame',
  /** An entry of a list of messages. */
  'listed',
  /** Something was broken (`code` 1) or is whole again (`code` 0); `seq` numbers the fault. */
  'fault',
  /** `seq` KiB were in use by process `user`. */
  'memory',
] as const

export type EntryKind = (typeof entryKinds)[number]

export const operationEvents = [
  'none',
  'create-chat',
  'new-message',
  'add-users',
  'remove-users',
  'list-messages',
  'resume',
] as const

export type OperationEvent = (typeof operationEvents)[number]

/**
 * Error codes, and reasons of a resume that recovered nothing. `silence`: the
 * service said nothing in time; `closed`: the socket ended before it could.
 */
export const entryCodes = [
  'none',
  'broken',
  'invalid',
  'unknown_event',
  'unbound',
  'forbidden',
  'conflict',
  'unknown_user',
  'rate_limited',
  'timeout',
  'unavailable',
  'internal',
  'too_many',
  'ahead',
  'epoch',
  'silence',
  'closed',
  'other',
] as const

export type EntryCode = (typeof entryCodes)[number]

export interface Entry {
  kind: EntryKind
  /** Milliseconds since the epoch, to a tenth. */
  at: number
  event: OperationEvent
  code: EntryCode
  socket: number
  user: number
  room: number
  seq: number
  command: number
  /** CRC-32 of the frame without its caller's id. */
  crc: number
  operation: number
}

/** Stands for what is none of this run's. */
export const foreign = 0xffff_ffff

/** The command of a room's `create-chat`; those of its other events count from 1. */
export const creation = 0
