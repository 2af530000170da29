import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Line } from '../../../../services/admin/moving/lines.ts'
import { readLine } from '../../../../services/admin/moving/read-line.ts'
import { slackLines } from '../../../../services/admin/moving/slack/slack-lines.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slack-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const write = (name: string, value: unknown): void => {
  mkdirSync(join(folder, name, '..'), { recursive: true })
  writeFileSync(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value))
}

const convert = (isByEmail = false) => {
  const reasons: string[] = []
  const lines = [...slackLines(folder, { isByEmail, leftOut: (reason) => reasons.push(reason) })]
  return { lines, reasons }
}

const ofKind = <Kind extends Line['kind']>(lines: readonly Line[], kind: Kind) =>
  lines.filter((line): line is Extract<Line, { kind: Kind }> => line.kind === kind)

const channel = {
  id: 'C1',
  name: 'general',
  created: 1_500_000_000,
  creator: 'U1',
  members: ['U1', 'U2'],
  pins: [{ id: '1500000001.000100' }],
}
const posted = {
  type: 'message',
  user: 'U1',
  ts: '1500000001.000100',
  text: 'Hello &lt;b&gt; <@U2> <#C2|random> <https://a.example|site>',
}

describe('An unpacked export of Slack', () => {
  beforeEach(() => {
    write('users.json', [
      { id: 'U1', name: 'ann', profile: { display_name: 'Ann', email: 'ann@a.example', image_192: 'https://a.example/1.png' } },
      { id: 'U2', name: 'bob' },
    ])
    write('channels.json', [channel])
  })

  it('becomes users, a chat, and messages with plain text, threads, reactions, edits and pins in the order of time', () => {
    write('general/2017-07-14.json', [
      {
        type: 'message',
        user: 'U2',
        ts: '1500000002.000000',
        text: 'Yes',
        thread_ts: '1500000001.000100',
        reactions: [{ name: 'thumbsup', users: ['U1'] }],
      },
      { ...posted, edited: { user: 'U1', ts: '1500000003.000000' } },
    ])
    write('general/2017-07-15.json', [
      { type: 'message', user: 'U2', ts: '1500080000.000000', text: 'Next day', files: [{ name: 'plan.pdf' }] },
    ])
    const { lines } = convert()
    expect(lines.map(({ kind }) => kind)).toEqual([
      'export',
      'user',
      'user',
      'chat',
      'message',
      'message',
      'reaction',
      'edit',
      'message',
      'pin',
    ])
    expect(ofKind(lines, 'user')[0]).toMatchObject({ externalUserId: 'U1', name: 'Ann', image: 'https://a.example/1.png' })
    expect(ofKind(lines, 'chat')).toMatchObject([
      { id: 'C1', user: 'U1', users: ['U2'], name: 'general', created_at: '2017-07-14T02:40:00.000Z' },
    ])
    expect(ofKind(lines, 'message')).toMatchObject([
      { msg: 'Hello <b> @bob #random site (https://a.example)', mentions: ['U2'], created_at: '2017-07-14T02:40:01.000Z' },
      { msg: 'Yes', thread: '1500000001.000100' },
      { msg: 'Next day\n[file: plan.pdf]' },
    ])
    expect(ofKind(lines, 'edit')).toMatchObject([{ message: '1500000001.000100', created_at: '2017-07-14T02:40:03.000Z' }])
  })

  it('makes authors who have left members for as long as they write, and leaves out what it cannot carry with a note', () => {
    write('general/2017-07-14.json', [
      posted,
      { type: 'message', subtype: 'channel_join', user: 'U3', ts: '1500000002.000000', text: 'joined' },
      { type: 'message', user: 'U3', ts: '1500000003.000000', text: 'I left later' },
      { type: 'message', subtype: 'bot_message', bot_id: 'B1', username: 'Robot', ts: '1500000004.000000', text: 'beep' },
      { type: 'message', user: 'U1', ts: '1500000005.000000', text: 'lost root', thread_ts: '1400000000.000000' },
    ])
    const { lines, reasons } = convert()
    expect(ofKind(lines, 'join').map(({ users }) => users)).toEqual([['U3'], ['B1']])
    expect(ofKind(lines, 'leave')).toMatchObject([{ user: 'U1', users: ['U3', 'B1'] }])
    expect(ofKind(lines, 'user').at(-1)).toMatchObject({ id: 'B1', name: 'Robot' })
    expect(ofKind(lines, 'message').at(-1)).not.toHaveProperty('thread')
    expect(reasons).toEqual(['messages of the kind channel_join', expect.stringContaining('root of a thread')])
  })

  it('makes a conversation of two users a direct chat, and users have their e-mail address as external id if asked for', () => {
    write('dms.json', [{ id: 'D1', created: 1_500_000_100, members: ['U1', 'U2'] }])
    write('D1/2017-07-14.json', [{ type: 'message', user: 'U2', ts: '1500000200.000000', text: 'psst' }])
    const { lines } = convert(true)
    expect(ofKind(lines, 'chat').at(-1)).toMatchObject({ id: 'D1', direct: true, users: ['U2'] })
    expect(ofKind(lines, 'user').map(({ externalUserId }) => externalUserId)).toEqual(['ann@a.example', 'U2'])
  })

  it('keeps the replies of a deleted root: the root is deleted at the end', () => {
    write('general/2017-07-14.json', [
      { ...posted, subtype: 'tombstone', user: 'U1' },
      { type: 'message', user: 'U2', ts: '1500000002.000000', text: 'Yes', thread_ts: posted.ts },
    ])
    const kinds = convert()
      .lines.slice(4)
      .map((line) => line.kind)
    expect(kinds).toEqual(['message', 'message', 'pin', 'delete'])
  })

  it('of any malformed content never throws, and leads to lines only that an import can read', () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom('U1', 'U2', 'message', 'tombstone', '1500000001.000100', '', '<@U2>', '<!here>'),
    )
    const value = fc.oneof(
      text,
      fc.integer(),
      fc.constant(null),
      fc.array(text),
      fc.constant([{ name: 'x', users: ['U1', 'U9'] }]),
    )
    const keys = [
      'type',
      'ts',
      'user',
      'text',
      'thread_ts',
      'subtype',
      'edited',
      'reactions',
      'files',
      'members',
      'id',
      'name',
      'created',
      'profile',
    ]
    const broken = fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 6 })
    const messages = fc.array(
      broken.map((fields) => ({ ...posted, ...fields })),
      { maxLength: 5 },
    )
    const channels = fc.array(
      broken.map((fields) => ({ ...channel, ...fields })),
      { maxLength: 3 },
    )
    const file = <T>(content: fc.Arbitrary<T>) =>
      fc.oneof(
        content.map((list) => JSON.stringify(list)),
        fc.constantFrom('', '{', 'null', '[null]'),
      )
    fc.assert(
      fc.property(file(channels), file(messages), file(fc.array(broken)), (ofChannels, ofMessages, ofUsers) => {
        write('channels.json', ofChannels)
        write('general/2017-07-14.json', ofMessages)
        write('users.json', ofUsers)
        for (const line of convert().lines) readLine(JSON.stringify(line))
      }),
      { numRuns: 200 },
    )
  })
})
