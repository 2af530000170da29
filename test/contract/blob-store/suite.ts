import { createHash, randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { BlobKey, BlobStore, NewBlob } from '../../../shared/ports/blob-store.ts'

/** A blob store under test. */
export interface OpenBlobStore extends AsyncDisposable {
  readonly store: BlobStore
  /** The prefix of addresses that have no host; empty if they have one. */
  readonly base: string
}

const picture = { name: 'Menü "1".png', mime: 'image/png' }

const announced = (content: Buffer, key: Partial<BlobKey> = {}): NewBlob => ({
  room: randomUUID(),
  file: randomUUID(),
  ...key,
  size: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
})

export const blobStoreSuite = (technology: string, open: () => Promise<OpenBlobStore>): void => {
  describe(`A blob store on ${technology}`, () => {
    const put = async ({ store, base }: OpenBlobStore, blob: NewBlob, content: Buffer, expiresS = 60): Promise<number> => {
      const { url, headers } = await store.upload(blob, expiresS)
      const answer = await fetch(base + url, { method: 'PUT', headers, body: new Uint8Array(content) })
      await answer.text()
      return answer.status
    }
    const get = async ({ store, base }: OpenBlobStore, key: BlobKey, shown = picture, expiresS = 60): Promise<Response> =>
      fetch(base + (await store.download(key, shown, expiresS)))

    it('stores the announced content and gives it back, also content of some megabytes', async () => {
      await using opened = await open()
      for (const content of [Buffer.from('x'), Buffer.alloc(3_000_000, 'abc')]) {
        const blob = announced(content)
        expect(await put(opened, blob, content)).toBe(200)
        const answer = await get(opened, blob)
        expect([answer.status, Buffer.from(await answer.arrayBuffer()).equals(content)]).toEqual([200, true])
      }
    })

    it('refuses other content than the announced one, of the same size or of another one, and stores nothing', async () => {
      await using opened = await open()
      const blob = announced(Buffer.from('good'))
      for (const other of ['evil', 'goo', 'goods'])
        expect(await put(opened, blob, Buffer.from(other))).toBeGreaterThanOrEqual(400)
      expect((await get(opened, blob)).status).toBe(404)
    })

    it('keeps the content when its upload address is used again with other content', async () => {
      await using opened = await open()
      const content = Buffer.from('good')
      const blob = announced(content)
      expect(await put(opened, blob, content)).toBe(200)
      expect(await put(opened, blob, content)).toBe(200)
      expect(await put(opened, blob, Buffer.from('evil'))).toBeGreaterThanOrEqual(400)
      expect(await (await get(opened, blob)).text()).toBe('good')
    })

    it('refuses an address that was changed: another file, method or signature', async () => {
      await using opened = await open()
      const { store, base } = opened
      const content = Buffer.from('good')
      const [blob, other] = [announced(content), announced(content)]
      await put(opened, blob, content)
      const url = base + (await store.download(blob, picture, 60))
      const upload = await store.upload(other, 60)
      expect((await fetch(url.replace(blob.file, other.file))).status).toBe(403)
      expect((await fetch(url.replace(blob.room, other.room))).status).toBe(403)
      expect((await fetch(url, { method: 'PUT', body: 'good' })).status).toBe(403)
      expect((await fetch(base + upload.url.replace(other.file, blob.file), { method: 'PUT', body: 'good' })).status).toBe(403)
      expect((await fetch(url.replace(/.$/, (last) => (last === '0' ? '1' : '0')))).status).toBe(403)
    })

    it('refuses an address that has expired', async () => {
      await using opened = await open()
      const content = Buffer.from('good')
      const blob = announced(content)
      await put(opened, blob, content)
      const url = opened.base + (await opened.store.download(blob, picture, 1))
      expect((await fetch(url)).status).toBe(200)
      await expect.poll(async () => (await fetch(url)).status, { timeout: 5_000, interval: 200 }).toBe(403)
    })

    it('gives pictures under their type, and everything else as an attachment of an opaque type', async () => {
      await using opened = await open()
      const content = Buffer.from('<script>alert(1)</script>')
      const blob = announced(content)
      await put(opened, blob, content)
      const headersOf = async (mime: string): Promise<readonly (string | null)[]> => {
        const { headers } = await get(opened, blob, { name: 'Menü "1".png', mime })
        return [headers.get('content-type'), headers.get('content-disposition')]
      }
      const name = `filename*=UTF-8''Men%C3%BC%20%221%22.png`
      expect(await headersOf('image/png')).toEqual(['image/png', `inline; ${name}`])
      for (const mime of ['text/html', 'image/svg+xml', 'application/xhtml+xml', 'text/javascript', 'application/pdf'])
        expect(await headersOf(mime)).toEqual(['application/octet-stream', `attachment; ${name}`])
    })

    it('removes content, for addresses that were given before too, and skips content that does not exist', async () => {
      await using opened = await open()
      const content = Buffer.from('good')
      const [gone, kept, never] = [announced(content), announced(content), announced(content)]
      await put(opened, gone, content)
      await put(opened, kept, content)
      const url = opened.base + (await opened.store.download(gone, picture, 60))
      await opened.store.remove([gone, never])
      await opened.store.remove([gone, never])
      expect((await fetch(url)).status).toBe(404)
      expect((await get(opened, kept)).status).toBe(200)
    })

    it('lists the stored content with the time of its upload, in pages that go on after a key', async () => {
      await using opened = await open()
      const before = Date.now()
      const content = Buffer.from('good')
      const blobs = [announced(content), announced(content), announced(content)]
      for (const blob of blobs) await put(opened, blob, content)
      const namesOf = (keys: readonly BlobKey[]): readonly string[] => keys.map(({ room, file }) => `${room}/${file}`).sort()
      const { blobs: listed, next } = await opened.store.list()
      expect(namesOf(listed)).toEqual(namesOf(blobs))
      expect(next).toBeUndefined()
      for (const { storedAtMs } of listed) expect(Math.abs(storedAtMs - before)).toBeLessThan(60_000)
      const [first = '', ...others] = namesOf(blobs)
      expect(namesOf((await opened.store.list(first)).blobs)).toEqual(others)
    })
  })
}
