import { createHash, randomUUID } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openDiskBlobStore } from '../../contract/blob-store/disk.ts'
import { blobStoreSuite } from '../../contract/blob-store/suite.ts'
import { until } from '../../support/poll.ts'

blobStoreSuite('disk', openDiskBlobStore)

const shown = { name: 'a.txt', mime: 'text/plain' }

const announced = (content: string) => ({
  room: randomUUID(),
  file: randomUUID(),
  size: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
})

describe('The files of the embedded mode', () => {
  it('are never run by a browser: they have no origin, no scripts and no guessed type', async () => {
    await using opened = await openDiskBlobStore()
    const blob = announced('good')
    const { url } = await opened.store.upload(blob, 60)
    await fetch(opened.base + url, { method: 'PUT', body: 'good' })
    const { headers } = await fetch(opened.base + (await opened.store.download(blob, shown, 60)))
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
  })

  it('are refused for old addresses as soon as no message names them, before their content is removed', async () => {
    const named = new Set<string>()
    await using opened = await openDiskBlobStore({ isNamed: async ({ file }) => named.has(file) })
    const blob = announced('good')
    const { url } = await opened.store.upload(blob, 60)
    await fetch(opened.base + url, { method: 'PUT', body: 'good' })
    const address = opened.base + (await opened.store.download(blob, shown, 60))
    named.add(blob.file)
    expect((await fetch(address)).status).toBe(200)
    named.delete(blob.file)
    expect((await fetch(address)).status).toBe(404)
    expect(existsSync(opened.files.pathOf(blob))).toBe(true)
  })

  it('can be uploaded by a page of an accepted origin, which asks for permission first', async () => {
    await using opened = await openDiskBlobStore()
    const { url } = await opened.store.upload(announced('good'), 60)
    const { status, headers } = await fetch(opened.base + url, { method: 'OPTIONS' })
    expect(status).toBe(204)
    expect(headers.get('access-control-allow-origin')).toBe('https://page.example')
    expect(headers.get('access-control-allow-methods')).toContain('PUT')
    expect(headers.get('access-control-allow-headers')).toBe('content-type')
  })

  it('leave nothing behind when an upload is interrupted', async () => {
    await using opened = await openDiskBlobStore()
    const blob = announced('good')
    const { url } = await opened.store.upload(blob, 60)
    const upload = request(opened.base + url, { method: 'PUT', headers: { 'content-length': '4' } })
    upload.on('error', () => undefined)
    upload.write('go')
    const drafts = join(opened.folder, 'drafts')
    await until('the upload to begin', async () => readdirSync(drafts).length === 1)
    upload.destroy()
    await until('the draft to be removed', async () => readdirSync(drafts).length === 0)
    expect(existsSync(opened.files.pathOf(blob))).toBe(false)
  })

  it('are refused beyond the number of transfers at the same time, and accepted again afterwards', async () => {
    await using opened = await openDiskBlobStore({ maxTransfers: 1 })
    const [first, second] = [announced('good'), announced('good')]
    const { url } = await opened.store.upload(first, 60)
    const slow = request(opened.base + url, { method: 'PUT', headers: { 'content-length': '4' } })
    slow.on('error', () => undefined)
    slow.write('go')
    await until('the upload to begin', async () => readdirSync(join(opened.folder, 'drafts')).length === 1)
    const { url: other } = await opened.store.upload(second, 60)
    const put = async (): Promise<number> => (await fetch(opened.base + other, { method: 'PUT', body: 'good' })).status
    expect(await put()).toBe(503)
    slow.destroy()
    await until('the second upload', async () => (await put()) === 200)
  })

  it('are reached by addresses of the previous secret too, and by no others', async () => {
    const [old, present] = ['o'.repeat(32), 'p'.repeat(32)]
    await using before = await openDiskBlobStore({ secrets: [old] })
    await using after = await openDiskBlobStore({ secrets: [present, old] })
    await using later = await openDiskBlobStore({ secrets: [present] })
    const { url } = await before.store.upload(announced('good'), 60)
    const put = async (base: string): Promise<number> => (await fetch(base + url, { method: 'PUT', body: 'good' })).status
    expect(await put(after.base)).toBe(200)
    expect(await put(later.base)).toBe(403)
  })
})
