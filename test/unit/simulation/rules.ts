import type { Mutation } from '../../support/simulation/mutant.ts'

/** A rule of room feeds, followers and pending commands, and the change that takes it away. */
export interface Rule extends Mutation {
  readonly rule: string
  /** A seed to try first, where it takes rare luck. */
  readonly shownBy?: number
}

const feeds = 'services/gateway/rooms/room-feeds.ts'
const follower = 'services/gateway/rooms/follower.ts'
const head = 'services/gateway/rooms/head-sweep.ts'
const commandQueue = 'services/gateway/requests/command-queue.ts'
const heldEvents = 'services/gateway/rooms/held-events.ts'
const pending = 'services/gateway/rooms/pending-commands.ts'
const produce = 'services/gateway/requests/produce.ts'
const resume = 'services/gateway/requests/resume.ts'
const roomFeed = 'services/gateway/rooms/room-feed.ts'
const sessionRooms = 'services/gateway/rooms/session-rooms.ts'

/** An attacker publishes made-up events and notices. */
const forged = { isForged: true }

export const rules: readonly Rule[] = [
  {
    rule: 'a live follower is given nothing up to its cursor',
    file: feeds,
    from: "follower.state !== 'live' || follower.cursor >= item.seq",
    to: "follower.state !== 'live'",
  },
  {
    rule: 'a follower that is behind is given nothing by the feed',
    file: feeds,
    from: "follower.state !== 'live' || follower.cursor >= item.seq",
    to: 'follower.cursor >= item.seq',
  },
  {
    rule: 'the event that removes a user is the last that is given',
    file: feeds,
    from: 'removed.has(follower.subscriber.user) &&',
    to: 'false &&',
  },
  {
    rule: 'a full send queue sets the followers behind',
    file: feeds,
    from: 'for (const subscriber of full) subscriber.fallBehind()',
    to: '',
  },
  {
    rule: 'what a feed holds back is passed on in its order, after the hole',
    file: roomFeed,
    from: 'if (isOpen && event.seq === last + 1 && isPassable(event))',
    to: 'if (isOpen && isPassable(event))',
  },
  {
    rule: 'a hole is read from the store',
    file: roomFeed,
    from: 'while (this.isOpen && !this.isClosed && this.last < this.target) await this.repairStep()',
    to: '',
  },
  {
    rule: 'a follower goes live only when the feed has not passed its page',
    file: follower,
    from: ' && feed.last <= memberAsOf',
    to: '',
  },
  {
    rule: 'a follower goes live only when it has come to the head of its page',
    file: follower,
    from: ' && this.cursor >= memberAsOf',
    to: '',
  },
  {
    rule: 'a page that was asked for before a change of place is dropped',
    file: follower,
    from: 'if (read === undefined || mine !== this.reading) return',
    to: 'if (read === undefined) return',
    shownBy: 292,
  },
  {
    rule: 'a page is cut after the event that removed its reader',
    file: follower,
    from: 'const lastAllowed = removedAt ?? Number.POSITIVE_INFINITY',
    to: 'const lastAllowed = Number.POSITIVE_INFINITY',
  },
  {
    rule: 'a replay ends at the head that was read with the request',
    file: follower,
    from: 'Math.min(lastAllowed, this.replay?.ceiling ?? lastAllowed)',
    to: 'lastAllowed',
  },
  {
    rule: 'nothing newer than a replay comes before its answer',
    file: follower,
    from: "if (this.cursor >= this.replay.ceiling) this.finishReplay('recovered')\n      else this.subscriber.queueForPage(this)\n      return",
    to: "if (this.cursor >= this.replay.ceiling) { this.finishReplay('recovered'); this.replay = undefined }\n      this.subscriber.queueForPage(this)\n      return",
  },
  {
    rule: 'a page goes into the send queue only as far as it fits',
    file: follower,
    from: ' || this.subscriber.isFull()',
    to: '',
  },
  {
    rule: 'nothing of a room comes before the answer to create-user',
    file: sessionRooms,
    from: 'if (this.isStarted && !this.withheld?.has(room)) return false',
    to: 'if (!this.withheld?.has(room)) return false',
  },
  {
    rule: 'nothing of a room that a resume names comes before its answer',
    file: sessionRooms,
    from: 'if (this.isStarted && !this.withheld?.has(room)) return false',
    to: 'if (this.isStarted) return false',
  },
  {
    rule: 'a room that is followed stands still while a resume that names it is read',
    file: sessionRooms,
    from: 'this.followers.get(room)?.hold()',
    to: '',
    shownBy: 923,
  },
  {
    rule: 'a room goes on from the head that was read before the answer to create-user',
    file: 'services/gateway/requests/binding.ts',
    from: '{ cursor: head, memberAsOf: head }',
    to: '{ cursor: head, isLive: true }',
  },
  {
    rule: 'a resume tells whoever is no member so',
    file: resume,
    from: "if (head === undefined) return 'forbidden'",
    to: '',
  },
  {
    rule: 'a resume says when it skips',
    file: resume,
    from: 'reason === undefined ? { seq: head, recovered: true } : { seq: head, recovered: false, reason }',
    to: '{ seq: head, recovered: true }',
  },
  {
    rule: 'a command whose frame is to come is not answered before',
    file: pending,
    from: '(sender.follower(room)?.cursor ?? seq) < seq',
    to: 'false',
  },
  {
    rule: 'a command is confirmed once',
    file: pending,
    from: 'forget(command)\n          command.onOutcome(outcome, true)',
    to: '',
  },
  {
    rule: 'another content under an id is not confirmed by it',
    file: pending,
    from: ' && command.digest === digest',
    to: '',
  },
  {
    rule: 'nothing more of a room comes once a resume has said that it is forbidden',
    file: resume,
    from: "if (reason === 'forbidden') rooms.leave(room)",
    to: '',
  },
  {
    rule: 'what a session sends to one room is handed over in its order',
    file: commandQueue,
    from: 'if (before === undefined && ready === undefined) return act()',
    to: 'if (ready === undefined) return act()',
  },
  {
    rule: 'a refusal is final only if no attempt is unknown',
    file: produce,
    from: "if (error.kind === 'refused' && !isUnknown) throw error",
    to: "if (error.kind === 'refused') throw error",
  },
  {
    rule: 'every held room is compared with the store',
    file: head,
    from: 'for (const [room, head] of held) feeds.compared(room, head, changed.get(room))',
    to: '',
  },
  {
    rule: 'every held user is compared with the store',
    file: head,
    from: 'userSessions.compared(user, memberships)',
    to: 'void [user, memberships]',
  },
  {
    rule: 'membership events are read from the store',
    file: heldEvents,
    from: "event.frame !== undefined && roomEventNamed(event.event)?.membership === 'none'",
    to: 'event.frame !== undefined',
    options: forged,
  },
  {
    rule: 'a feed reopens at once where a published message passed in place of a membership event',
    file: roomFeed,
    from: 'if (this.trust.hidesMembership(event)) void this.reopen()',
    to: 'this.trust.hidesMembership(event)',
    options: forged,
  },
  {
    rule: 'nothing that is stored is passed on after a forged message',
    file: roomFeed,
    from: ' || page.items.some((item) => trust.contradicts(item))',
    to: '',
    shownBy: 650,
    options: forged,
  },
  {
    rule: 'the sweep compares the seq of the newest message',
    file: roomFeed,
    from: 'if (change?.isOther === true) return void this.reopen()',
    to: '',
    options: forged,
  },
  {
    rule: 'a client that was given a forged message is told so',
    file: follower,
    from: 'this.resetTo(head)\n',
    to: 'this.cursor = head\n',
    options: forged,
  },
  {
    rule: 'a notice does not decide where a follower begins',
    file: follower,
    from: 'if (this.isHinted && isMember) this.cursor = span.since',
    to: 'if (this.isHinted && isMember && this.cursor < span.since) this.cursor = span.since',
    options: forged,
  },
]
