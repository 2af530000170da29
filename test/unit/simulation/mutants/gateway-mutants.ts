import type { Mutant } from './mutant.ts'

/** A mutant that the simulation of gateways detects. */
export type GatewayMutant = Mutant & {
  /** An attacker publishes invented events and notices meanwhile. */
  readonly isForged?: true
}

const gateway = (file: string): string => `services/gateway/${file}.ts`

const feedMutants: readonly GatewayMutant[] = [
  {
    rule: 'a live follower receives no event up to its cursor',
    module: gateway('rooms/room-feeds'),
    in: 'pushToLive',
    operand: 'cursor',
  },
  {
    rule: 'a follower that is behind receives no event from the feed',
    module: gateway('rooms/room-feeds'),
    in: 'pushToLive',
    operand: 'state',
  },
  {
    rule: 'the event that removes a user is the last that is given',
    module: gateway('rooms/room-feeds'),
    in: 'endRemoved',
    call: 'end',
  },
  {
    rule: 'a full send queue sets the followers behind',
    module: gateway('rooms/room-feeds'),
    in: 'pass',
    call: 'fallBehind',
    shownBy: 26,
  },
  {
    rule: 'a feed passes early events on in their order, after the gap',
    module: gateway('rooms/room-feed'),
    in: 'take',
    operand: 'last',
    beside: 'isPassable',
  },
  { rule: 'a gap is read from the store', module: gateway('rooms/room-feed'), in: 'repair', body: '' },
]

const followerMutants: readonly GatewayMutant[] = [
  {
    rule: 'a follower goes live only when the feed has not passed its page',
    module: gateway('rooms/follower'),
    in: 'mayGoLive',
    operand: 'last',
  },
  {
    rule: 'a follower goes live only when it has reached the head of its page',
    module: gateway('rooms/follower'),
    in: 'mayGoLive',
    operand: 'cursor',
  },
  {
    rule: 'a page that was requested before a change of place is dropped',
    module: gateway('rooms/follower'),
    in: 'readPage',
    operand: 'mine',
    shownBy: 163,
  },
  {
    rule: 'a page is cut after the event that removed its reader',
    module: gateway('rooms/follower'),
    in: 'apply',
    operand: 'removedAt',
    shownBy: 12,
  },
  {
    rule: 'a replay ends at the head that was read with the request',
    module: gateway('rooms/follower'),
    in: 'apply',
    operand: 'ceiling',
  },
  {
    rule: 'nothing newer than a replay precedes its answer',
    module: gateway('rooms/follower'),
    in: 'catchUp',
    call: 'finishReplay',
    becomes: '<original>, (this.replay = undefined), this.catchUp()',
    shownBy: 12,
  },
  {
    rule: 'a page is queued only as far as the send queue has room',
    module: gateway('rooms/follower'),
    in: 'deliver',
    operand: 'isFull',
    shownBy: 80,
  },
]

const sessionMutants: readonly GatewayMutant[] = [
  {
    rule: 'nothing of a room precedes the answer to create-user',
    module: gateway('rooms/session-rooms'),
    in: 'mustWait',
    operand: 'isStarted',
    shownBy: 508,
  },
  {
    rule: 'nothing of a room that a resume names precedes its answer',
    module: gateway('rooms/session-rooms'),
    in: 'mustWait',
    operand: 'withheld',
    shownBy: 136,
  },
  {
    rule: 'a followed room does not advance while a resume that names it is read',
    module: gateway('rooms/session-rooms'),
    in: 'withhold',
    call: 'hold',
    shownBy: 12,
  },
  {
    rule: 'a room continues from the head that was read before the answer to create-user',
    module: gateway('requests/binding'),
    in: 'followOthers',
    property: 'memberAsOf',
    becomes: 'isLive: true',
    shownBy: 12,
  },
  {
    rule: 'a resume reports forbidden to non-members',
    module: gateway('requests/resume'),
    in: 'reasonNotReplayed',
    guard: 'forbidden',
  },
  {
    rule: 'a resume reports what it skips',
    module: gateway('requests/resume'),
    in: 'resumeRoom',
    conditional: 'recovered',
  },
  {
    rule: 'nothing of a room follows once a resume has reported that it is forbidden',
    module: gateway('requests/resume'),
    in: 'createResume',
    call: 'leave',
  },
]

const commandMutants: readonly GatewayMutant[] = [
  {
    rule: 'a command is not answered before its own frame',
    module: gateway('rooms/pending-commands'),
    in: 'isAhead',
    body: 'return false',
  },
  { rule: 'a command is confirmed once', module: gateway('rooms/pending-commands'), in: 'confirm', call: 'forget' },
  {
    rule: 'other content under the same id does not confirm a command',
    module: gateway('rooms/pending-commands'),
    in: 'isOf',
    operand: 'digest',
  },
  {
    rule: 'the commands of a session to one room are produced in order',
    module: gateway('requests/command-queue'),
    in: 'inOrder',
    operand: 'before',
  },
  {
    rule: 'a refusal is final only if no attempt has an unknown outcome',
    module: gateway('requests/produce'),
    in: 'publish',
    operand: 'isUnknown',
    beside: 'refused',
    shownBy: 50,
  },
  {
    rule: 'every held room is compared with the store',
    module: gateway('rooms/head-sweep'),
    in: 'compareRooms',
    call: 'applyStoreHead',
    shownBy: 161,
  },
  {
    rule: 'every held user is compared with the store',
    module: gateway('rooms/head-sweep'),
    in: 'compareUsers',
    call: 'applyMemberships',
  },
]

const forgeryMutants: readonly GatewayMutant[] = [
  {
    rule: 'membership events are read from the store',
    module: gateway('rooms/early-events'),
    in: 'isPassable',
    operand: 'membership',
  },
  {
    rule: 'a published message does not pass while another event waits at its seq',
    module: gateway('rooms/room-feed'),
    in: 'take',
    operand: 'isAlone',
    shownBy: 3_426,
  },
  {
    rule: 'a feed reopens at once after a published message replaced a membership event',
    module: gateway('rooms/room-feed'),
    in: 'take',
    call: 'reopen',
    shownBy: 540,
  },
  {
    rule: 'the sweep compares the seq of the newest message',
    module: gateway('rooms/room-feed'),
    in: 'applyStoreHead',
    guard: 'isContradicted',
  },
  {
    rule: 'a feed reopens if the store has another event than the one that passed',
    module: gateway('rooms/room-feed'),
    in: 'check',
    guard: 'stored',
    shownBy: 49,
  },
  {
    rule: 'a client that received a forged message is reset',
    module: gateway('rooms/follower'),
    in: 'startOver',
    call: 'resetTo',
    becomes: 'this.cursor = head',
  },
  {
    rule: 'a notice does not decide where a follower begins',
    module: gateway('rooms/session-rooms'),
    in: 'noteMembership',
    property: 'isHinted',
  },
]

export const gatewayMutants: readonly GatewayMutant[] = [
  ...feedMutants,
  ...followerMutants,
  ...sessionMutants,
  ...commandMutants,
  ...forgeryMutants.map((mutant) => ({ ...mutant, isForged: true as const })),
]
