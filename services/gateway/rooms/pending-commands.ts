import { bodyOfFrame } from '../../../shared/frames/room-event-frame.ts'
import type { Clock, Timer } from '../../../shared/ports/clock.ts'
import { StoreError } from '../../../shared/ports/event-store.ts'
import { errorBody } from '../../../shared/protocol/errors.ts'
import type { Outcome } from '../../../shared/records/outcome.ts'
import type { Command } from '../../../shared/room-events/room-events.ts'
import type { LookUpOutcome } from '../reads/outcome-lookup.ts'
import type { FeedItem } from '../send-queue/feed-item.ts'
import type { Subscriber } from './subscriber.ts'

/** The session that sent a command. Only its cursors are read. */
export type Sender = Pick<Subscriber, 'follower'>

/** A command that was just received. */
export interface NewPendingCommand {
  readonly type: Command['type']
  /** The record's key: the room, the user, or for `create-user` the external id. */
  readonly room: string
  readonly commandId: string
  readonly digest: string
  /** The acting user; empty for `create-user`. */
  readonly user: string
  readonly sender: Sender
  /** The `id` of the request. */
  readonly requestId: string | undefined
  /** Called exactly once. `isInFeed`: the sender receives the event's frame with `requestId`, and needs no answer. */
  readonly onOutcome: (outcome: Outcome, isInFeed: boolean) => void
}

/** A command without an outcome. `addedAtMs`: monotonic. */
export interface PendingCommand extends NewPendingCommand {
  readonly addedAtMs: number
}

/** How one event confirms pending commands. */
export interface Confirmation {
  /** For each sender that receives the event: the request id for its own frame. */
  readonly requestIds: ReadonlyMap<Sender, string | undefined>
  /** Answers of the other senders; call them after the frame was queued. */
  readonly answers: readonly (() => void)[]
}

/**
 * The commands of this gateway's sessions that have no outcome yet, by room,
 * command id and digest. At its deadline a command gets the outcome that the
 * store has recorded, else `timeout`.
 */
export interface PendingCommands {
  /** Commands without an outcome, also those past their deadline whose look-up is in flight. */
  readonly size: number
  add(command: NewPendingCommand): PendingCommand
  /**
   * Call it for every event, also for dropped ones. A command whose sender is about to receive the event's frame
   * is confirmed by it. A command whose sender has not reached the event's seq waits for it. Others get an answer.
   */
  confirm(
    item: Pick<FeedItem, 'room' | 'seq' | 'commandId' | 'digest' | 'frame'>,
    isReceiving: (sender: Sender) => boolean,
  ): Confirmation | undefined
  /** An outcome was published or looked up. A command whose sender has not reached the event's seq waits for it. */
  report(command: Pick<PendingCommand, 'room' | 'commandId' | 'digest'>, outcome: Outcome): void
  /** Ends this command with an outcome, wherever its sender is in the room. */
  conclude(command: PendingCommand, outcome: Outcome): void
  /** Commands that are at least this old and before their deadline. */
  olderThan(ageMs: number): readonly PendingCommand[]
  /** No deadline fires afterwards. */
  stop(): void
}

/** The time limit of commands, and how their outcomes are looked up. */
export interface PendingCommandsOptions {
  readonly clock: Clock
  readonly deadlineMs: number
  readonly lookUpOutcome: LookUpOutcome
}

type Names = Pick<PendingCommand, 'room' | 'commandId' | 'digest'>

const isOf = (command: Names, { room, digest }: Names): boolean => command.room === room && command.digest === digest

const seqOf = (outcome: Outcome): number | undefined => ('seq' in outcome ? outcome.seq : undefined)

const timedOut: Outcome = { error: errorBody('timeout', 'no outcome yet; send again with the same id') }

export const createPendingCommands = ({ clock, deadlineMs, lookUpOutcome }: PendingCommandsOptions): PendingCommands => {
  /** Keyed by command id; room and digest are compared afterwards. */
  const byId = new Map<string, PendingCommand[]>()
  const open = new Set<PendingCommand>()
  /** Commands before their deadline, oldest first. */
  const inOrder = new Set<PendingCommand>()
  let timer: Timer | undefined
  let isStopped = false

  const forget = (command: PendingCommand): void => {
    open.delete(command)
    inOrder.delete(command)
    const left = (byId.get(command.commandId) ?? []).filter((other) => other !== command)
    if (left.length === 0) byId.delete(command.commandId)
    else byId.set(command.commandId, left)
  }

  const conclude = (command: PendingCommand, outcome: Outcome): void => {
    if (!open.has(command)) return
    forget(command)
    command.onOutcome(outcome, false)
  }
  const isAhead = ({ sender, room }: PendingCommand, seq: number | undefined): boolean =>
    seq !== undefined && (sender.follower(room)?.cursor ?? seq) < seq
  const named = (names: Names): readonly PendingCommand[] =>
    byId.get(names.commandId)?.filter((command) => isOf(command, names)) ?? []

  const report: PendingCommands['report'] = (names, outcome) => {
    for (const command of named(names)) if (!isAhead(command, seqOf(outcome))) conclude(command, outcome)
  }

  const endAtDeadline = async (command: PendingCommand): Promise<void> => {
    let found: Outcome | undefined
    try {
      found = await lookUpOutcome(command)
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
    }
    if (found !== undefined) report(command, found)
    conclude(command, found ?? timedOut)
  }

  /** All commands have the same time limit, so the oldest is always the next. */
  const watch = (): void => {
    const [oldest] = inOrder
    if (timer !== undefined || isStopped || oldest === undefined) return
    timer = clock.after(Math.max(0, oldest.addedAtMs + deadlineMs - clock.monotonicMs()), expire)
  }
  const expire = (): void => {
    timer = undefined
    const dueBefore = clock.monotonicMs() - deadlineMs
    for (const command of inOrder) {
      if (command.addedAtMs > dueBefore) break
      inOrder.delete(command)
      void endAtDeadline(command)
    }
    watch()
  }

  return {
    get size() {
      return open.size
    },
    add: (added) => {
      const command: PendingCommand = { ...added, addedAtMs: clock.monotonicMs() }
      const sameId = byId.get(command.commandId)
      if (sameId === undefined) byId.set(command.commandId, [command])
      else sameId.push(command)
      open.add(command)
      inOrder.add(command)
      watch()
      return command
    },
    confirm: (item, isReceiving) => {
      const commands = named(item)
      if (commands.length === 0) return undefined
      const outcome: Outcome = { body: bodyOfFrame(item.frame), seq: item.seq }
      const requestIds = new Map<Sender, string | undefined>()
      const answers: (() => void)[] = []
      for (const command of commands) {
        const isReceiver = isReceiving(command.sender)
        if (isReceiver && !requestIds.has(command.sender)) {
          requestIds.set(command.sender, command.requestId)
          forget(command)
          command.onOutcome(outcome, true)
        } else if (isReceiver || !isAhead(command, item.seq)) {
          answers.push(() => conclude(command, outcome))
        }
      }
      return { requestIds, answers }
    },
    report,
    conclude,
    olderThan: (ageMs) => {
      const before = clock.monotonicMs() - ageMs
      const old: PendingCommand[] = []
      for (const command of inOrder) {
        if (command.addedAtMs > before) break
        old.push(command)
      }
      return old
    },
    stop: () => {
      isStopped = true
      timer?.cancel()
    },
  }
}
