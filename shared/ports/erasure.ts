/** A user, as an erasure needs it. */
export interface ErasableUser {
  readonly id: string
  /** The profile is gone already; messages may remain. */
  readonly isErased: boolean
}

/** A room in which the user is or was a member. */
export interface RoomOfUser {
  readonly room: string
  readonly isMember: boolean
  /** The seq of the last event of the room. */
  readonly head: number
}

/** Messages of one room to erase by one command. */
export interface RangeToErase {
  readonly from: number
  /** The seq after the last message. */
  readonly before: number
  readonly messages: number
}

/** A range of messages of a room that are older than its retention. */
export interface ExpiredRange extends RangeToErase {
  readonly room: string
}

/**
 * The data that erasures are planned by. Each answer is as of one moment: a plan that is made again after an interruption
 * has only the rest. Rejects with `StoreError`.
 */
export interface ErasureReads {
  userByExternalId(externalId: string): Promise<ErasableUser | undefined>
  userById(id: string): Promise<ErasableUser | undefined>
  /** Present and former rooms. */
  roomsOf(user: string): Promise<readonly RoomOfUser[]>
  /** The number of messages of the user in these rooms that are not erased, deleted ones whose content is kept included. */
  countMessages(user: string): Promise<number>
  /** The first messages of the user in the room that are not erased, as many as one command may erase; undefined: none. */
  nextRange(room: string, user: string): Promise<RangeToErase | undefined>
  /**
   * Ranges of the rooms that follow `after` in the order of ids, of messages older than the retention: the shorter one of
   * `days` and the rule of the room. `last`: the last room that was examined; undefined: there are no more rooms.
   */
  expired(
    after: string,
    days: number | undefined,
  ): Promise<{ readonly ranges: readonly ExpiredRange[]; readonly last: string | undefined }>
  /** The seq below which the messages of each of these rooms are erased because of their age; absent: none was. */
  expiredSeqs(rooms: readonly string[]): Promise<ReadonlyMap<string, number>>
}
