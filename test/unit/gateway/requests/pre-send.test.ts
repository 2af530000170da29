import { describe, expect, it } from 'vitest'
import type { PreSendHook } from '../../../../services/gateway/requests/pre-send.ts'
import { withPreSend } from '../../../../services/gateway/requests/pre-send.ts'
import type { ReplaceExternalIds } from '../../../../services/gateway/requests/replace-external-ids.ts'
import { StoreError } from '../../../../shared/ports/event-store.ts'
import type { HttpAnswer, OutgoingHttpRequest } from '../../../../shared/ports/http-sender.ts'
import { HttpError } from '../../../../shared/ports/http-sender.ts'
import { supportedLevel } from '../../../../shared/protocol/feature-level.ts'
import { defaultLimits } from '../../../../shared/protocol/limits.ts'
import type { Outcome } from '../../../../shared/records/outcome.ts'
import type { ChatCommand } from '../../../../shared/room-events/room-events.ts'
import { recordingLog } from '../../../support/recording-log.ts'

const [room, ann, id] = [
  '00000001-0000-7000-8000-000000000001',
  '00000002-0000-7000-8000-000000000001',
  '00000003-0000-7000-8000-000000000001',
]

const commandOf = (type: string, body: object): ChatCommand =>
  ({ v: 1, type, stream: room, id, digest: 'digest', user: ann, at: '2026-01-01T00:00:00.000Z', body }) as unknown as ChatCommand

const post = commandOf('PostMessage', { msg: 'hello', type: 'text' })

const fileOf = (letter: string) => ({
  id: `00000004-0000-7000-8000-00000000000${letter}`,
  name: `${letter}.txt`,
  mime: 'text/plain',
  size: 1,
  sha256: 'ab'.repeat(32),
  sig: 's'.repeat(43),
})

const rigOf = (answer: () => Promise<Partial<HttpAnswer>>, change: Partial<PreSendHook> = {}) => {
  const requests: OutgoingHttpRequest[] = []
  const results: string[] = []
  const log = recordingLog()
  const recorded: { outcome: Outcome | undefined; error?: Error } = { outcome: undefined }
  const others: ChatCommand[] = []
  const hook: PreSendHook = {
    sender: {
      post: async (request) => {
        requests.push(request)
        return { status: 200, retryAfter: undefined, body: '', ...(await answer()) }
      },
      close: () => {},
    },
    sign: (name) => ({ 'webhook-id': name }),
    acceptsOnFailure: true,
    onResult: (result) => void results.push(result),
    ...change,
  }
  const lookUpOutcome = async () => {
    if (recorded.error !== undefined) throw recorded.error
    return recorded.outcome
  }
  const replaceExternalIds: ReplaceExternalIds = (command) => {
    others.push(command)
    return undefined
  }
  const deps = { lookUpOutcome, limits: defaultLimits, level: () => supportedLevel, log }
  return {
    requests,
    results,
    log,
    recorded,
    others,
    check: withPreSend({ ...deps, hook }, replaceExternalIds),
    deps,
    replaceExternalIds,
  }
}

const answering = (value: object) => async () => ({ body: JSON.stringify(value) })

describe('the check of a message before it is sent', () => {
  it('sends acting user, room, id and content, and passes an allowed message on unchanged', async () => {
    const rig = rigOf(answering({ action: 'allow' }))
    expect(await rig.check(post, ann)).toEqual({ command: post })
    expect(JSON.parse(rig.requests[0]?.body ?? '')).toEqual({ event: 'new-message', room, user_id: ann, id, body: post.body })
    expect(rig.requests[0]?.headers['webhook-id']).toBe(`${room}:${id}`)
    expect(rig.results).toEqual(['allow'])
  })

  it('treats an answer without a body as permission', async () => {
    expect(await rigOf(async () => ({ status: 204 })).check(post, ann)).toEqual({ command: post })
  })

  it('refuses a denied message with the reason', async () => {
    const rig = rigOf(answering({ action: 'deny', reason: 'no links' }))
    expect(await rig.check(post, ann)).toMatchObject({
      outcome: { error: { code: 'forbidden', retryable: false, details: { action: 'new-message', reason: 'no links' } } },
    })
    expect(rig.results).toEqual(['deny'])
  })

  it('gives a repeated command its recorded outcome, even if it is denied now', async () => {
    const rig = rigOf(answering({ action: 'deny' }))
    rig.recorded.outcome = { body: '{"id":"stored"}', seq: 7 }
    expect(await rig.check(post, ann)).toEqual({ outcome: rig.recorded.outcome })
    rig.recorded.error = new StoreError('unavailable', 'down')
    expect(await rig.check(post, ann)).toMatchObject({ outcome: { error: { code: 'unavailable', retryable: true } } })
  })

  it('gives a repeated command its recorded outcome while the receiver fails and messages are refused meanwhile', async () => {
    const rig = rigOf(async () => ({ status: 500 }), { acceptsOnFailure: false })
    rig.recorded.outcome = { body: '{"id":"stored"}', seq: 7 }
    expect(await rig.check(post, ann)).toEqual({ outcome: rig.recorded.outcome })
  })

  it('replaces the content and keeps the digest of the request', async () => {
    const rig = rigOf(answering({ action: 'replace', body: { msg: 'h***o' } }))
    expect(await rig.check(post, ann)).toEqual({ command: { ...post, body: { msg: 'h***o', type: 'text' } } })
    const edit = commandOf('EditMessage', { message: id, msg: 'hello' })
    expect(await rig.check(edit, ann)).toEqual({ command: { ...edit, body: { message: id, msg: 'h***o' } } })
  })

  it('lets an answer drop files of the message and keep the others, in any order of their fields', async () => {
    const edit = commandOf('EditMessage', { message: id, msg: 'files', attachments: [fileOf('a'), fileOf('b')] })
    const kept = Object.fromEntries(Object.entries(fileOf('b')).toReversed())
    const rig = rigOf(answering({ action: 'replace', body: { attachments: [kept] } }))
    expect(await rig.check(edit, ann)).toEqual({ command: { ...edit, body: { ...edit.body, attachments: [fileOf('b')] } } })
  })

  it('lets an answer remove all files and mentions by empty lists', async () => {
    const post = commandOf('PostMessage', { msg: 'files', type: 'text', attachments: [fileOf('a')], mentions: [ann] })
    const rig = rigOf(answering({ action: 'replace', body: { attachments: [], mentions: [] } }))
    expect(await rig.check(post, ann)).toEqual({ command: { ...post, body: { msg: 'files', type: 'text' } } })
    expect(rig.results).toEqual(['replace'])
  })

  it.each([
    ['a file that the message does not have', [fileOf('a'), fileOf('c')]],
    ['a file with another name', [{ ...fileOf('a'), name: 'x.txt' }]],
  ])('treats an answer with %s as a failure', async (_, attachments) => {
    const command = commandOf('PostMessage', { msg: 'files', type: 'text', attachments: [fileOf('a')] })
    const rig = rigOf(answering({ action: 'replace', body: { attachments } }))
    expect(await rig.check(command, ann)).toEqual({ command })
    expect(rig.results).toEqual(['failed'])
  })

  it.each([
    ['a status', async () => ({ status: 500 })],
    ['a redirect', async () => ({ status: 302 })],
    ['a body that is not JSON', async () => ({ body: 'yes' })],
    ['an unknown action', answering({ action: 'hold' })],
    ['a content that no request may have', answering({ action: 'replace', body: { msg: '', user_id: 'someone' } })],
    ['a time-out', () => Promise.reject(new HttpError('timeout', 'late'))],
  ] as const)('treats %s as a failure: the setting decides', async (_, answer) => {
    const open = rigOf(answer)
    expect(await open.check(post, ann)).toEqual({ command: post })
    await open.check(post, ann)
    expect(open.results).toEqual(['failed', 'failed'])
    expect(open.log.lines).toHaveLength(1)
    expect(open.log.lines[0]).not.toContain('hello')
    const closed = rigOf(answer, { acceptsOnFailure: false })
    expect(await closed.check(post, ann)).toMatchObject({ outcome: { error: { code: 'unavailable', retryable: true } } })
  })

  it('does not ask about other commands, and leaves no trace without a hook', async () => {
    const rig = rigOf(answering({ action: 'deny' }))
    const reaction = commandOf('SetReaction', { message: id, reaction: '+' })
    expect(rig.check(reaction, ann)).toBeUndefined()
    expect([rig.requests, rig.others]).toEqual([[], [reaction]])
    expect(withPreSend({ ...rig.deps, hook: undefined }, rig.replaceExternalIds)).toBe(rig.replaceExternalIds)
  })
})
