import { signal } from '@preact/signals'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { followMessages } from '../../../services/web/src/model/follow-messages.ts'
import type { ViewedRoom } from '../../../services/web/src/model/room.ts'
import { createRoomSettings } from '../../../services/web/src/model/room-settings.ts'
import { unreadInTitle } from '../../../services/web/src/model/title-badge.ts'
import type { ChatSettings } from '../../../shared/client/call-types.ts'
import type { ChatClient } from '../../../shared/client/chat-client.ts'
import type { RoomMessage } from '../../../shared/client/chat-events.ts'

const at = '2026-05-05T10:00:00.000Z'
const inMs = (ms: number): string => new Date(Date.parse(at) + ms).toISOString()
const farAhead = '9999-12-31T23:59:59.999Z'

/** A room of so many members, a service that stores its settings, and the seqs that are reported as delivered. */
const following = (settings: ChatSettings, members = 2) => {
  const delivered: unknown[] = []
  const stored: unknown[] = []
  let receive = (_: RoomMessage): void => undefined
  const client = {
    user: { id: 'me', externalUserId: 'me', created_at: at, modified_at: at },
    on: (name: string, listener: (message: RoomMessage) => void) => {
      if (name === 'message') receive = listener
      return () => undefined
    },
    markDelivered: (_, seq) => delivered.push(seq),
    setChatSettings: async (_, change) => {
      stored.push(change)
      return {}
    },
  } as Pick<ChatClient, 'on' | 'user' | 'markDelivered' | 'setChatSettings'>
  const users = Array.from({ length: members }, (_, index) => `user ${index}`)
  const room = {
    ...{ id: 'r', members: signal(users), hasLeft: signal(false), unread: signal(2) },
    settings: createRoomSettings({ room: 'r', client, settings }),
  } as Pick<ViewedRoom, 'settings' | 'hasLeft' | 'unread'> as ViewedRoom
  const follower = followMessages(client, () => room)
  const message = (user_id: string, mentions?: RoomMessage['mentions']) =>
    receive({ room: 'r', seq: 7, user_id, mentions } as RoomMessage)
  return { follower, message, delivered, stored, room }
}

const shownAgain = [{ hidden: false }]

describe('A message that arrives on the page', () => {
  it('is reported as delivered in a small chat, unless it is an own message', () => {
    const small = following({}, 100)
    small.message('me')
    small.message('bob')
    const large = following({}, 101)
    large.message('bob')
    expect([small.delivered, large.delivered]).toEqual([[7], []])
  })

  it.each([
    ['of another user', {}, 'bob', undefined, shownAgain],
    ['of another user in a muted chat', { muted_until: farAhead }, 'bob', undefined, []],
    ['to all in a muted chat', { muted_until: farAhead }, 'bob', 'all', []],
    ['that mentions the user in a muted chat', { muted_until: farAhead }, 'bob', ['me'], shownAgain],
    ['of the user in a muted chat', { muted_until: farAhead }, 'me', undefined, shownAgain],
  ] as const)(
    '%s shows a hidden chat again, unless the chat is muted and the message neither is an own one nor mentions the user',
    (_, settings, user, mentions, stored) => {
      const chat = following({ ...settings, hidden: true })
      chat.message(user, mentions)
      expect(chat.stored).toEqual(stored)
    },
  )

  it.each([
    ['unread messages', {}, { unread: 1, mentions: 0 }, shownAgain],
    ['no unread messages', {}, { unread: 0, mentions: 0 }, []],
    ['unread messages in a muted chat', { muted_until: farAhead }, { unread: 1, mentions: 0 }, []],
    ['unread mentions in a muted chat', { muted_until: farAhead }, { unread: 1, mentions: 1 }, shownAgain],
  ] as const)(
    'that came before the page was opened has the same effect on a hidden chat with %s',
    (_, settings, counts, stored) => {
      const chat = following({ ...settings, hidden: true })
      chat.follower.introduced(chat.room, { room: 'r', read: { gen: 0, seq: 0 }, ...counts })
      expect(chat.stored).toEqual(stored)
    },
  )
})

describe('The number in the title of the page', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: new Date(at) })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('has the unread messages of the chats that are not muted, and of the others when their mute ends', () => {
    const rooms = [{}, { muted_until: inMs(60_000) }, { muted_until: farAhead }].map((settings) => following(settings).room)
    expect(unreadInTitle(rooms)).toBe(2)
    vi.advanceTimersByTime(59_000)
    expect(unreadInTitle(rooms)).toBe(2)
    vi.advanceTimersByTime(2_000)
    expect(unreadInTitle(rooms)).toBe(4)
  })
})
