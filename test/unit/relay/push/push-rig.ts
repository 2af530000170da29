import { randomUUID } from 'node:crypto'
import { memoryFanOut } from '../../../../infra/in-process/memory-fan-out.ts'
import type { SkipReason } from '../../../../services/relay/push/push-content.ts'
import { pushContent } from '../../../../services/relay/push/push-content.ts'
import type { StoredEvent } from '../../../../shared/ports/event-store.ts'
import type { NotifiableMember, PushReads } from '../../../../shared/ports/push-reads.ts'
import { channels } from '../../../../shared/records/publications.ts'
import { at } from '../../../contract/stored-chat.ts'
import { recordingLog } from '../../../support/recording-log.ts'

/** Ages of messages up to this are notified. */
export const testMaxAgeMs = 60_000

const [room, id] = [randomUUID(), randomUUID()]

/** An event of a room, a second after the first instant. */
export const postedEvent = (more: Readonly<Record<string, unknown>> = {}, seq = 5): StoredEvent => ({
  v: 1,
  stream: room,
  seq,
  type: 'MessagePosted',
  name: 'new-message',
  membership: 'none',
  data: JSON.stringify({ id, msg: 'posted', type: 'text', user_id: 'ann', created_at: at(1_000), ...more }),
  commandId: id,
  digest: 'd',
})

/** The content of notifications in a room of Ann, Bob and Cyd, who are offline until `online` is called. */
export const pushRig = (change: { readonly message?: string } = {}) => {
  let [nowMs, isDown, message]: [number, boolean, string | undefined] = [Date.parse(at(2_000)), false, change.message]
  const gone = new Set<string>()
  const skipped: SkipReason[] = []
  const asked: { room: string; mentioned: readonly string[]; most: number }[] = []
  let [unknown, contentReads] = [0, 0]
  const fanOut = memoryFanOut({ log: recordingLog() })
  const members: NotifiableMember[] = ['ann', 'bob', 'cyd'].map((user) => ({ user, since: 0, readUpTo: 0, isMuted: false }))
  const reads: PushReads = {
    members: async (ofRoom, mentioned, most) => {
      asked.push({ room: ofRoom, mentioned, most })
      return members
    },
    read: async (_room, _seq, users) => {
      contentReads += 1
      const recipients = users
        .filter((user) => !gone.has(user))
        .map((user) => ({ user, externalUserId: `ext-${user}`, unread: 2 }))
      const author = { user: 'ann', externalUserId: 'ext-ann', name: 'Ann' }
      return message === undefined ? undefined : { chat: { name: 'Lunch' }, author, message, recipients }
    },
  }
  const content = pushContent({
    reads,
    fanOut: {
      listeners: (names) => (isDown ? Promise.reject(new Error('the fan-out is down')) : fanOut.listeners(names)),
    },
    clock: { nowMs: () => nowMs },
    maxAgeMs: testMaxAgeMs,
    mostMembers: 1_000,
    metrics: {
      onSkipped: (reason) => void skipped.push(reason),
      onRecipients: () => {},
      onUnknownPresence: () => {
        unknown += 1
      },
    },
  })
  return {
    content,
    members,
    skipped,
    asked,
    get unknown() {
      return unknown
    },
    /** Reads of the content of a message. */
    get contentReads() {
      return contentReads
    },
    /** The user is removed after its membership was read. */
    leave: (user: string) => void gone.add(user),
    online: (user: string) => void fanOut.subscribe(channels.user(user), () => {}),
    /** The last socket of the user has closed; its gateway still holds its channel. */
    close: (user: string) => void fanOut.subscribe(channels.left(user), () => {}),
    takeDown: () => {
      isDown = true
    },
    pass: (ms: number) => {
      nowMs += ms
    },
    delete: () => {
      message = undefined
    },
    recipients: async (event: StoredEvent): Promise<readonly string[] | undefined> => {
      const body = await content.bodyOf(event)
      if (body === undefined) return undefined
      return (JSON.parse(body) as { recipients: { user: string }[] }).recipients.map(({ user }) => user)
    },
  }
}
