import { describe, expect, it } from 'vitest'
import { canaryFindings, canaryRooms, canarySalt } from '../../../services/admin/audit/canary.ts'
import { lagOf, logFindings } from '../../../services/admin/audit/log-findings.ts'
import { reportText } from '../../../services/admin/audit/report-text.ts'
import { orphanFinding, streamFindings } from '../../../services/admin/audit/stream-findings.ts'
import type { StreamSummary } from '../../../shared/ports/stream-summary.ts'

const chat: StreamSummary = {
  stream: 'room',
  kind: 'chat',
  first: 1,
  head: 5,
  events: 5,
  messages: 3,
  messageRows: 3,
  numbered: 3,
  lastNumber: 3,
  redacted: 2,
  ofDeleted: 2,
  chatHead: 5,
  memberCount: 2,
  memberRows: 2,
}
const user: StreamSummary = {
  ...chat,
  stream: 'user',
  kind: 'user',
  head: 1,
  events: 1,
  messages: 0,
  messageRows: 0,
  numbered: 0,
  lastNumber: 0,
  redacted: 0,
  ofDeleted: 0,
  userHead: 1,
}

const findingsOf = (account: StreamSummary): string[] => streamFindings(account).map(({ fault, what }) => `${fault}: ${what}`)

describe('An audit of the store', () => {
  it('has no findings for a complete chat and user', () => {
    expect([...streamFindings(chat), ...streamFindings(user)]).toEqual([])
  })

  const { chatHead: _head, memberCount: _count, ...withoutRow } = chat
  const { userHead: _userHead, ...withoutUserRow } = user
  it.each<readonly [string, StreamSummary, string]>([
    ['a missing event', { ...chat, events: 4 }, 'missing: 4 events from 1 to 5'],
    ['missing first events', { ...chat, first: 2 }, 'missing: 5 events from 2 to 5'],
    ['a chat without a row', withoutRow, 'missing: no row for the chat'],
    ['a chat row with another head', { ...chat, chatHead: 4 }, 'different: chat head 4, but the last event has seq 5'],
    ['a wrong member count', { ...chat, memberRows: 3 }, 'different: member count 2, but 3 member rows'],
    ['a message without a row', { ...chat, messageRows: 2 }, 'missing: 2 rows for 3 messages'],
    [
      'a message whose number is not the next one',
      { ...chat, lastNumber: 4 },
      'different: 3 numbered messages, but the last number is 4',
    ],
    ['a row without a message', { ...chat, messageRows: 4 }, 'doubled: 4 rows for 3 messages'],
    [
      'an event with content that is deleted',
      { ...chat, redacted: 1 },
      'different: 1 redacted events, but 2 events of deleted messages',
    ],
    ['an event without content', { ...chat, redacted: 3 }, 'different: 3 redacted events, but 2 events of deleted messages'],
    ['a user without a row', withoutUserRow, 'missing: no row for the user'],
    ['a user row with another head', { ...user, userHead: 2 }, 'different: user head 2, but the last event has seq 1'],
  ])('finds %s', (_what, account, said) => {
    expect(findingsOf(account)).toEqual([said])
  })

  it('finds a row in the read model without an event', () => {
    expect(orphanFinding('room')).toMatchObject({ fault: 'doubled', where: 'room' })
  })
})

describe('An audit of the log', () => {
  const at = (committed: bigint, end = 10n) => [{ partition: 3, end, committed }]

  it('counts the waiting commands, and has no findings while they are acknowledged', () => {
    expect(lagOf([...at(4n), ...at(10n)])).toBe(6)
    expect(logFindings(at(4n), at(5n, 20n))).toEqual([])
    expect(logFindings(at(10n), at(10n, 30n))).toEqual([])
  })

  it('finds a stalled partition', () => {
    const found = logFindings(at(4n), at(4n, 20n))
    expect(found).toMatchObject([{ fault: 'late', where: 'partition 3', what: expect.stringContaining('6 commands wait') }])
  })
})

describe('Canaries', () => {
  const ports = { partitions: 12, partitionOf: (key: string): number => Number.parseInt(key.slice(0, 4), 16) % 12 }
  const roomsOf = (salt: string, taken: readonly string[] = []) => canaryRooms(ports, salt, async (room) => taken.includes(room))

  it('use one room per partition, the same in every audit of a store', async () => {
    const rooms = await roomsOf('epoch 1')
    expect([...rooms.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, index) => index))
    expect([...(await roomsOf('epoch 1'))]).toEqual([...rooms])
    for (const [partition, room] of rooms) {
      expect(ports.partitionOf(room)).toBe(partition)
      expect(room).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
    }
  })

  it('use other rooms in another store, in another month, and if a client has taken an id', async () => {
    const month = 30 * 86_400_000
    expect(canarySalt('e', 5)).toBe(canarySalt('e', month - 1))
    expect(new Set([canarySalt('e', 5), canarySalt('e', month), canarySalt('f', 5)]).size).toBe(3)
    const [rooms, others] = [await roomsOf('epoch 1'), await roomsOf('epoch 2')]
    expect([...rooms.values()].filter((room) => [...others.values()].includes(room))).toEqual([])
    const squatted = rooms.get(3) ?? ''
    const instead = await roomsOf('epoch 1', [squatted])
    expect(instead.get(3)).not.toBe(squatted)
    expect(instead.get(4)).toBe(rooms.get(4))
  })

  it('lead to a finding if they are not stored or their publication is not received', () => {
    const flights = [{ partition: 0, storedMs: 5, heardMs: 7 }, { partition: 1, storedMs: 5 }, { partition: 2 }]
    expect(canaryFindings(flights).map(({ fault, where }) => `${fault} ${where}`)).toEqual([
      'late partition 1',
      'missing partition 2',
    ])
  })
})

describe('The report', () => {
  const report = {
    at: '2026-01-01T00:00:00.000Z',
    tookMs: 1_234,
    log: { partitions: 12, lag: 0 },
    store: { chats: 1, users: 2, events: 7, messages: 3, redacted: 4 },
    stream: { records: 7 },
    canary: { flights: [{ partition: 0, storedMs: 5.4, heardMs: 7 }] },
    findings: { count: 0, first: [] },
  }

  it('states that there are no findings, or lists them', () => {
    expect(reportText(report)).toContain('7 events, 3 of them messages; 4 without content, of deleted messages')
    expect(reportText(report)).toContain('Nothing is missing, doubled or late.')
    const finding = { part: 'store', fault: 'missing', where: 'room', what: 'a hole' } as const
    const said = reportText({ ...report, findings: { count: 2, first: [finding] } })
    expect(said).toContain('store: missing: room: a hole')
    expect(said).toContain('and 1 more')
    expect(said).toContain('2 findings.')
  })
})
