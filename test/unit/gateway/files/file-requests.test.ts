import { describe, expect, it } from 'vitest'
import type { GatewayFiles } from '../../../../services/gateway/files/gateway-files.ts'
import { createSharedBuckets } from '../../../../services/gateway/limits/shared-buckets.ts'
import { UserRateLimiter } from '../../../../services/gateway/limits/user-rate-limiter.ts'
import type { Attachment } from '../../../../shared/domain/events.ts'
import { serverFrame } from '../../../../shared/protocol/answers.ts'
import { attachmentsLevel } from '../../../../shared/protocol/attachments.ts'
import { file as example } from '../../../../shared/protocol/example-values.ts'
import { defaultRates } from '../../../../shared/runtime/config/rates.ts'
import { memoryStore } from '../../memory-store/memory-store.ts'
import { gatewayRig } from '../gateway-rig.ts'

const [room, other] = ['00000000-0000-7000-8000-00000000aaaa', '00000000-0000-7000-8000-00000000bbbb']
const { id: _, sig: __, ...described } = example

const filesWith = (...secrets: [string, ...string[]]): GatewayFiles => ({
  secrets,
  blobStore: {
    upload: async ({ file, size, sha256 }) => ({ url: `/put/${file}/${size}/${sha256}`, headers: { a: 'b' } }),
    download: async ({ room: of, file }, { name, mime }) => `/get/${of}/${file}/${name}/${mime}`,
  },
})

const featuresOf = ({ client }: Bound): readonly string[] => {
  const { features = [] } = (client.frames[0]?.body ?? {}) as { readonly features?: string[] }
  return features
}

type Bound = Awaited<ReturnType<Awaited<ReturnType<typeof gatewayRig>>['bound']>>

const idOf = (frame: { readonly body?: unknown } | undefined): string => ((frame?.body ?? {}) as { readonly id: string }).id

const fileIds = (frame: { readonly body?: unknown } | undefined): readonly string[] =>
  ((frame?.body ?? {}) as { readonly files: readonly { readonly id: string }[] }).files.map(({ id }) => id)

/** Ann and Bob are in two rooms; Cyd is in none. */
const withRooms = async (options: Parameters<typeof gatewayRig>[0] = {}) => {
  const { memory = memoryStore() } = options
  memory.raiseLevel(attachmentsLevel)
  const rig = await gatewayRig({ files: filesWith('one'), ...options, memory })
  const [ann, bob, cyd] = [await rig.bound('ann'), await rig.bound('bob'), await rig.bound('cyd')]
  for (const id of [room, other]) {
    ann.client.send({ event: 'create-chat', body: { chat: { name: 'room', id }, users: [bob.id] } })
    await rig.settle()
    await rig.write()
  }
  const ask = async ({ client }: Bound, event: string, body: object, more: object = { room }) => {
    const before = client.frames.length
    client.send({ event, id: 'q', body, ...more })
    await rig.settle()
    if (rig.log.length > 0) await rig.write()
    const frame = client.frames.slice(before).find(({ id }) => id === 'q')
    expect(serverFrame.safeParse(frame).success).toBe(true)
    return frame
  }
  const upload = async (person: Bound, more: object = { room }): Promise<Attachment> => {
    const frame = await ask(person, 'create-upload', { file: described }, more)
    return ((frame?.body ?? {}) as { file: Attachment }).file
  }
  const post = (person: Bound, attachments: readonly object[], more: object = { room }) =>
    ask(person, 'new-message', { msg: 'menu.png', type: 'text', attachments }, more)
  const refusalOf = (frame: { readonly error?: unknown } | undefined): unknown => {
    const { code, details } = (frame?.error ?? {}) as { code?: string; details?: { field?: string } }
    return details?.field ?? code
  }
  return { rig, ann, bob, cyd, ask, upload, post, refusalOf }
}

describe('A file', () => {
  it('is announced, uploaded, posted, and read by the members of the room', async () => {
    const { ann, bob, ask, post } = await withRooms()
    const announced = await ask(ann, 'create-upload', { file: described })
    const { file, put } = (announced?.body ?? {}) as {
      file: Attachment
      put: { url: string; headers: object; expires_at: string }
    }
    expect(file).toMatchObject(described)
    expect(put).toMatchObject({ url: `/put/${file.id}/${file.size}/${file.sha256}`, headers: { a: 'b' } })
    const posted = await post(ann, [file])
    expect(posted?.body).toMatchObject({ attachments: [file] })
    const message = idOf(posted)
    expect(await ask(bob, 'list-messages', { chat: { id: room } }, {})).toMatchObject({
      body: { messages: [{ attachments: [file] }] },
    })
    expect((await ask(bob, 'get-files', { messages: [message] }))?.body).toEqual({
      files: [{ id: file.id, message, url: `/get/${room}/${file.id}/menu.png/image/png` }],
      expires_at: expect.any(String),
    })
  })

  it('can be kept or replaced by an edit of its author, and is gone after the deletion', async () => {
    const { ann, bob, ask, upload, post } = await withRooms()
    const [first, second] = [await upload(ann), await upload(ann)]
    const message = idOf(await post(ann, [first]))
    const edited = await ask(ann, 'edit-message', { message, msg: 'two', attachments: [first, second] })
    expect(edited?.body).toMatchObject({ message: { attachments: [first, second] } })
    const ids = async (): Promise<unknown> => fileIds(await ask(bob, 'get-files', { messages: [message] }))
    expect(await ids()).toEqual([first.id, second.id])
    await ask(ann, 'delete-message', { message })
    expect(await ids()).toEqual([])
  })

  it.each([
    ['another user', (file: Attachment) => file, 'bob', room],
    ['another room', (file: Attachment) => file, 'ann', other],
    ['another name', (file: Attachment) => ({ ...file, name: 'b.png' }), 'ann', room],
    ['another type', (file: Attachment) => ({ ...file, mime: 'text/html' }), 'ann', room],
    ['another size', (file: Attachment) => ({ ...file, size: 1 }), 'ann', room],
    ['another hash', (file: Attachment) => ({ ...file, sha256: '0'.repeat(64) }), 'ann', room],
    ['another width', (file: Attachment) => ({ ...file, width: 1 }), 'ann', room],
    ['another id', (file: Attachment) => ({ ...file, id: room }), 'ann', room],
    ['no signature of the service', (file: Attachment) => ({ ...file, sig: 'A'.repeat(43) }), 'ann', room],
  ] as const)('is refused in a message with %s', async (_title, change, who, where) => {
    const { ann, bob, upload, post, refusalOf } = await withRooms()
    const file = await upload(ann)
    const by = who === 'ann' ? ann : bob
    expect(refusalOf(await post(by, [await upload(by, { room: where }), change(file)], { room: where }))).toBe(
      'body.attachments.1',
    )
    expect(refusalOf(await post(ann, [file]))).toBeUndefined()
  })

  it('is accepted with the signature of either secret while the secret changes, and not with an older one', async () => {
    const memory = memoryStore()
    const before = await withRooms({ memory })
    const file = await before.upload(before.ann)
    const posted = async (...secrets: [string, ...string[]]) => {
      const rig = await gatewayRig({ memory, files: filesWith(...secrets) })
      const { client } = await rig.bound('ann')
      client.send({ event: 'new-message', id: 'p', room, body: { msg: 'm', type: 'text', attachments: [file] } })
      await rig.settle()
      await rig.write()
      return client.frames.find(({ id }) => id === 'p')?.error?.code ?? 'ok'
    }
    expect([await posted('two', 'one'), await posted('three', 'two')]).toEqual(['ok', 'invalid'])
  })

  it('is announced and read by members only', async () => {
    const { ann, cyd, ask, upload, post, refusalOf } = await withRooms()
    const message = idOf(await post(ann, [await upload(ann)]))
    expect(refusalOf(await ask(cyd, 'create-upload', { file: described }))).toBe('forbidden')
    expect(refusalOf(await ask(cyd, 'get-files', { messages: [message] }))).toBe('forbidden')
    // A member of two rooms does not get a message of one by the name of the other.
    expect((await ask(ann, 'get-files', { messages: [message] }, { room: other }))?.body).toMatchObject({ files: [] })
  })

  it('needs the rule upload, when it is announced and when it is posted', async () => {
    const { ann, bob, ask, upload, post } = await withRooms()
    const early = await upload(bob)
    await ask(ann, 'update-chat', { chat: { rules: { upload: 'moderator' } } })
    const needs = { code: 'forbidden', details: { action: 'upload', needs: 'moderator' } }
    expect((await ask(bob, 'create-upload', { file: described }))?.error).toMatchObject(needs)
    expect((await post(bob, [early]))?.error).toMatchObject(needs)
    expect((await post(ann, [await upload(ann)]))?.error).toBeUndefined()
    expect((await ask(bob, 'new-message', { msg: 'plain', type: 'text' }))?.error).toBeUndefined()
  })

  it('counts with its size against the allowance of its user, and not against that of others', async () => {
    const { rig } = await withRooms()
    const buckets = createSharedBuckets(undefined, rig.clock)
    const rates = { ...defaultRates, userUploadKbPerMinute: 60, userUploadKbBurst: 100 }
    const limited = (userKey: string) => ({
      rateLimiter: new UserRateLimiter({ buckets, rates, clock: rig.clock, userKey, addressKey: 'a' }),
    })
    const { client } = await rig.bound('ann', limited('ann'))
    const { client: second } = await rig.bound('bob', limited('bob'))
    const announce = async (by: typeof client, size: number) => {
      const before = by.frames.length
      by.send({ event: 'create-upload', id: 'u', room, body: { file: { ...described, size } } })
      await rig.settle()
      return by.frames.slice(before).at(-1)
    }
    expect((await announce(client, 60 * 1_024))?.error).toBeUndefined()
    const refused = await announce(client, 60 * 1_024)
    expect(refused?.error).toMatchObject({ code: 'rate_limited', details: { limit: 'uploads' } })
    expect(refused).toHaveProperty(
      'error.retry_after_ms',
      expect.toSatisfy((ms: number) => ms > 19_000),
    )
    expect((await announce(second, 60 * 1_024))?.error).toBeUndefined()
  })
})

describe('A gateway without a store for files', () => {
  it('does not name the events of files, refuses them as unknown, and refuses messages with files', async () => {
    const { rig, ann, ask, post, refusalOf } = await withRooms({ files: undefined as never })
    const events = featuresOf(ann)
    expect(events.filter((event) => event === 'create-upload' || event === 'get-files')).toEqual([])
    expect(refusalOf(await ask(ann, 'create-upload', { file: described }))).toBe('event')
    expect(refusalOf(await ask(ann, 'get-files', { messages: [room] }))).toBe('event')
    expect(refusalOf(await post(ann, [example]))).toBe('body.attachments')
    expect(rig.logged).toEqual([])
  })

  it('is the exception: with a store, the events are named', async () => {
    const { ann } = await withRooms()
    expect(featuresOf(ann)).toEqual(expect.arrayContaining(['create-upload', 'get-files']))
  })
})
