/**
 * The entries of a history. All kinds have one flat shape of numbers, so that
 * millions fit into memory; unused fields are 0. Users, rooms and sockets are
 * numbers; `run-ids.ts` maps ids to them.
 */
export const entryKinds = [
  /** A socket was opened for `user`; `seq` is 1 when its user reads slowly. */
  'opened',
  /** Its `create-user` was answered. */
  'bound',
  /**
   * The resume `operation` names `room` with `seq` as the last one seen. `command` is its `max`, 0 if it is not recorded;
   * `code` is `epoch` if the resume names an epoch.
   */
  'resuming',
  /** The answer to the resume `operation` for `room`: its head `seq`, and `code`. */
  'resumed',
  /** The answer to `create-user` names the `seq` after which `room`, which no resume named, continues. */
  'standing',
  /** The socket was closed; `seq` is the close code. */
  'closed',
  /** `operation` was sent: one sending of `command`. */
  'invoked',
  /** It was confirmed; `seq` is 0 when the confirmation was an answer and not a feed frame. */
  'ok',
  /** It was refused for the reason `code`. */
  'failed',
  /** Its outcome is unknown, after a timeout or the end of the socket. */
  'unknown',
  /** A frame of a room's feed; `operation` is not 0 when it confirms one. */
  'frame',
  /** An entry of a list of messages. */
  'listed',
  /** A fault began (`code` `broken`) or ended; `seq` numbers the fault. */
  'fault',
  /** Process `user` used `seq` KiB of memory. */
  'memory',
  /** The service took back the frames of `room`, which continues after `seq`. */
  'reset',
  /** A message that an attacker published in place of the event `seq`; only in simulations. */
  'forged',
  /** A list answers `operation`; its entries follow. `seq` is its `as_of`; `code` is `other` if it omits some messages of its range. */
  'page',
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
  'edit-message',
  'delete-message',
  'set-reaction',
  'set-pin',
  'update-chat',
  'update-members',
  'erase',
] as const

export type OperationEvent = (typeof operationEvents)[number]

/**
 * Error codes, and reasons of a resume that skipped events. `silence`: no answer
 * in time; `closed`: the socket closed before the answer.
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
  'unknown_message',
] as const

export type EntryCode = (typeof entryCodes)[number]

export interface Entry {
  kind: EntryKind
  /** Milliseconds since the epoch, with one decimal. */
  at: number
  event: OperationEvent
  code: EntryCode
  socket: number
  user: number
  room: number
  seq: number
  command: number
  /** CRC-32 of the frame without its request id. */
  crc: number
  operation: number
}

/** The number for ids of other runs. */
export const foreign = 0xffff_ffff

/** The command of a room's `create-chat`; those of its other events count from 1. */
export const creation = 0
