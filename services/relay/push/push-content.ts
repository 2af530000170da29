import * as z from 'zod'
import { createdAtMsOf } from '../../../shared/frames/room-event-frame.ts'
import type { Clock } from '../../../shared/ports/clock.ts'
import type { StoredEvent } from '../../../shared/ports/event-store.ts'
import type { FanOut } from '../../../shared/ports/fan-out.ts'
import type { PushData, PushReads } from '../../../shared/ports/push-reads.ts'
import { parseJson } from '../../../shared/protocol/parse-json.ts'
import type { RequestContent } from '../webhook/request-content.ts'
import type { NotifyingMessage } from './is-notified.ts'
import { isNotified } from './is-notified.ts'
import { offlineOf } from './presence.ts'

/** Why a message causes no request. `old`: it is older than the bound. `nobody`: there is no recipient. */
export type SkipReason = 'old' | 'silent' | 'deleted' | 'nobody'

/** The observers of notifications: plain functions, so that tests need no registry. */
export interface PushMetrics {
  readonly onSkipped: (reason: SkipReason) => void
  /** A request was prepared for so many recipients. */
  readonly onRecipients: (count: number) => void
  /** It is unknown who is online, so members are notified in any case. */
  readonly onUnknownPresence: () => void
}

/** The stores, bounds and observers of notifications. */
export interface PushDeps {
  readonly reads: PushReads
  readonly fanOut: Pick<FanOut, 'listeners'>
  readonly clock: Pick<Clock, 'nowMs'>
  readonly maxAgeMs: number
  /** Members of a chat up to which every message notifies; in larger chats, mentions by name do. */
  readonly mostMembers: number
  readonly metrics: PushMetrics
}

const messageSchema = z.object({
  user_id: z.string(),
  mentions: z.union([z.literal('all'), z.array(z.string())]).optional(),
  silent: z.boolean().optional(),
  deleted: z.boolean().optional(),
})

const newMessage = 'new-message'

/** Its last member is the message, so that its text is not parsed again. */
const bodyText = ({ v, stream: room, seq }: StoredEvent, { message, ...rest }: PushData): string =>
  `${JSON.stringify({ v, event: 'push', room, seq, ...rest }).slice(0, -1)},"message":${message}}`

/**
 * The requests to the receiver of notifications: for each new message, the members who are to be notified on their devices.
 *
 * Promises:  the content of a message is read last, directly before the request:
 *            a message that was deleted before notifies nobody, and one that was
 *            edited has its newest text. If it is unknown who is online, the
 *            online members are notified too.
 * Does not:  notify again because of an edit.
 */
export const pushContent = ({ reads, fanOut, clock, maxAgeMs, mostMembers, metrics }: PushDeps): RequestContent => {
  const isOld = (text: string): boolean => clock.nowMs() - (createdAtMsOf(text) || 0) > maxAgeMs

  const skip = (reason: SkipReason): undefined => {
    metrics.onSkipped(reason)
    return undefined
  }

  const candidates = async (room: string, message: NotifyingMessage): Promise<readonly string[]> => {
    const members = await reads.members(room, message.mentioned, mostMembers)
    const users = members.filter((member) => isNotified(message, member)).map(({ user }) => user)
    if (users.length === 0) return users
    const offline = await offlineOf(fanOut, users)
    if (offline === undefined) metrics.onUnknownPresence()
    return offline ?? users
  }

  const notify = async (event: StoredEvent, message: NotifyingMessage): Promise<string | undefined> => {
    const users = await candidates(event.stream, message)
    if (users.length === 0) return skip('nobody')
    const push = await reads.read(event.stream, event.seq, users)
    if (push === undefined) return skip('deleted')
    if (push.recipients.length === 0) return skip('nobody')
    metrics.onRecipients(push.recipients.length)
    return bodyText(event, push)
  }

  return {
    sink: 'push',
    mayCause: ({ event, body }) => {
      if (event !== newMessage) return false
      const isTooOld = isOld(body)
      if (isTooOld) skip('old')
      return !isTooOld
    },
    bodyOf: async (event) => {
      const { data: posted } = messageSchema.safeParse(parseJson(event.data))
      if (event.name !== newMessage || posted === undefined) return undefined
      const { user_id: author, mentions, silent, deleted } = posted
      if (isOld(event.data)) return skip('old')
      if (deleted === true) return skip('deleted')
      if (silent === true) return skip('silent')
      return notify(event, { seq: event.seq, author, mentioned: Array.isArray(mentions) ? mentions : [] })
    },
  }
}
