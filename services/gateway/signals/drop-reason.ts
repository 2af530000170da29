/**
 * Why a signal was dropped. `rate`: its sender or room exceeded a rate.
 * `members`: the room has too many members for it. `behind`: a follower of the
 * room is not live. `queue`: the send queue of a socket is over a quarter full.
 * `fan_out`: the fan-out is down, or did not accept it. `busy`: too many signals
 * wait for the fan-out. `store`: the number of members, or the role of the sender, could
 * not be read.
 */
export type DropReason = 'rate' | 'members' | 'behind' | 'queue' | 'fan_out' | 'busy' | 'store'

/** Counts dropped signals. */
export type OnDropped = (reason: DropReason, count: number) => void
