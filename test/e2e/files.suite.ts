import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import type { ChatClient } from '../../shared/client/chat-client.ts'
import { connect } from '../../shared/client/connect.ts'
import { upload } from '../../shared/client/files.ts'
import { freshName } from '../support/client/person.ts'
import { until } from '../support/poll.ts'

/** A running chat with files. */
export interface ChatWithFiles {
  readonly url: string
  /** Removes the files of deleted messages, if the chat does not do it by itself. */
  readonly sweep: () => Promise<unknown>
}

const opened = (owned: AsyncDisposableStack, url: string, name: string): ChatClient => {
  const client = connect(url, { user: { externalUserId: freshName(name) } })
  owned.defer(async () => client.close())
  return client
}

const bytesOf = async (url: string | undefined): Promise<Buffer> => Buffer.from(await (await fetch(url ?? '')).arrayBuffer())

export const fileJourneys = (chat: () => ChatWithFiles): void => {
  /** A room of Ann and Bob. */
  const withRoom = async (owned: AsyncDisposableStack) => {
    const [ann, bob] = [opened(owned, chat().url, 'ann'), opened(owned, chat().url, 'bob')]
    const room = (await ann.createChat({ name: 'files', users: [(await bob.ready()).id] })).id
    return { ann, bob, room }
  }

  it('a member uploads files with a message, and another one downloads them', async () => {
    await using owned = new AsyncDisposableStack()
    const { ann, bob, room } = await withRoom(owned)
    const [small, large] = [Buffer.from('a menu'), randomBytes(2_000_000)]
    const parts: number[] = []
    const onProgress = (part: number): void => void parts.push(part)
    const files = [
      await upload(ann, room, new File([new Uint8Array(small)], 'Menü.txt', { type: 'text/plain;charset=utf-8' })),
      await upload(ann, room, new File([new Uint8Array(large)], 'b.png', { type: 'image/png' }), {
        onProgress,
        width: 3,
        height: 2,
      }),
    ]
    expect(parts.at(-1)).toBe(1)
    expect(files).toMatchObject([
      { name: 'Menü.txt', mime: 'text/plain', size: small.length },
      { name: 'b.png', mime: 'image/png', size: large.length, width: 3, height: 2 },
    ])
    const sent = await ann.send(room, { msg: 'Menü.txt, b.png', attachments: files })
    const received = await until('the message', async () => {
      for await (const message of bob.messages(room)) if (message.id === sent.id) return message
      return false
    })
    expect(received.attachments).toEqual(files)
    const addresses = await bob.files(room, [sent.id])
    expect(addresses.map(({ id }) => id)).toEqual(files.map(({ id }) => id))
    expect((await bytesOf(addresses[0]?.url)).equals(small)).toBe(true)
    expect((await bytesOf(addresses[1]?.url)).equals(large)).toBe(true)
    const { headers } = await fetch(addresses[0]?.url ?? '')
    expect(headers.get('content-type')).toBe('application/octet-stream')
    expect(headers.get('content-disposition')).toBe(`attachment; filename*=UTF-8''Men%C3%BC.txt`)
  })

  it('many files that members send at the same time reach all members unchanged, and those of deleted messages are not served', async () => {
    await using owned = new AsyncDisposableStack()
    const members = ['ann', 'bob', 'cyd', 'dan'].map((name) => opened(owned, chat().url, name))
    const users = await Promise.all(members.map(async (member) => (await member.ready()).id))
    const [ann, ...others] = members
    const room = (await ann?.createChat({ name: 'files', users }))?.id ?? ''
    const live = members.map((member) => {
      const seen = new Map<string, unknown>()
      member.on('message', ({ id, attachments }) => void seen.set(id, attachments))
      return seen
    })
    const contents = new Map<string, Buffer>()
    const send = async (member: ChatClient, index: number) => {
      const content = randomBytes(1_000 + index)
      const file = await upload(member, room, new File([new Uint8Array(content)], `${index}.bin`))
      contents.set(file.id, content)
      const { id } = await member.send(room, { msg: `${index}`, attachments: [file] })
      return { member, id, file }
    }
    const sent = await Promise.all(
      members.flatMap((member, at) => Array.from({ length: 6 }, (_, index) => send(member, at * 6 + index))),
    )
    const expected = new Map(sent.map(({ id, file }) => [id, [file]]))
    for (const seen of live) await expect.poll(() => seen, { timeout: 20_000 }).toEqual(expected)
    for (const member of others) {
      const addresses = await member.files(room, [...expected.keys()])
      expect(addresses).toHaveLength(sent.length)
      for (const { id, url } of addresses) expect((await bytesOf(url)).equals(contents.get(id) ?? Buffer.of())).toBe(true)
    }
    const gone = sent.filter((_, index) => index % 2 === 0)
    await Promise.all(gone.map(({ member, id }) => member.delete(room, id)))
    for (const member of members)
      expect(
        await member.files(
          room,
          gone.map(({ id }) => id),
        ),
      ).toEqual([])
    expect(await others[0]?.files(room, [...expected.keys()])).toHaveLength(sent.length - gone.length)
  })

  it('the content is gone for old addresses too, after the message was deleted and the files were swept', async () => {
    await using owned = new AsyncDisposableStack()
    const { ann, bob, room } = await withRoom(owned)
    const file = await upload(ann, room, new File(['canary'], 'a.txt'))
    const kept = await upload(ann, room, new File(['kept'], 'b.txt'))
    const sent = await ann.send(room, { msg: 'a.txt', attachments: [file] })
    const other = await ann.send(room, { msg: 'b.txt', attachments: [kept] })
    const [address] = await bob.files(room, [sent.id])
    expect(String(await bytesOf(address?.url))).toBe('canary')
    await ann.delete(room, sent.id)
    expect(await bob.files(room, [sent.id])).toEqual([])
    await chat().sweep()
    await until('the content to be removed', async () => (await fetch(address?.url ?? '')).status === 404, { withinMs: 20_000 })
    const [left] = await bob.files(room, [other.id])
    expect(String(await bytesOf(left?.url))).toBe('kept')
  })

  it('an upload fails with the reason, if the content is not the announced one or the call is aborted', async () => {
    await using owned = new AsyncDisposableStack()
    const { ann, room } = await withRoom(owned)
    const content = new File(['good'], 'a.txt')
    const { put } = await ann.createUpload(room, { name: 'a.txt', mime: 'text/plain', size: 4, sha256: '0'.repeat(64) })
    const answer = await fetch(put.url, { method: 'PUT', headers: put.headers, body: content })
    expect(answer.status).toBe(400)
    const stop = AbortSignal.abort(new Error('stopped by the user'))
    await expect(upload(ann, room, content, { signal: stop })).rejects.toThrow('stopped by the user')
    const large = { name: 'a', mime: 'a/b', size: 200_000_000, sha256: '0'.repeat(64) }
    await expect(ann.createUpload(room, large)).rejects.toMatchObject({ code: 'invalid', details: { field: 'body.file.size' } })
  })
}
