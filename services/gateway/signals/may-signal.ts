import type { Follower } from '../rooms/subscriber.ts'

/**
 * Whether the user of a follower may send signals into its room, by what this
 * gateway knows: a live follower is that of a member. The least role for signals
 * in the rules of a chat belongs here, too.
 */
export const maySignal = (follower: Pick<Follower, 'state'>): boolean => follower.state === 'live'
