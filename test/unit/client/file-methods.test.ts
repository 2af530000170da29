import { describe, expect, it } from 'vitest'
import { createFileMethods } from '../../../shared/client/file-methods.ts'

const addressesOf = async (socket: string, url: string): Promise<readonly string[]> => {
  const answers = {
    'create-upload': { file: {}, put: { url, headers: {}, expires_at: '' } },
    'get-files': { files: [{ id: 'f', message: 'm', url }], expires_at: 'then' },
  } as Record<string, object>
  const { createUpload, files } = createFileMethods(async (event) => answers[event] as never, new URL(socket))
  const { put } = await createUpload('r', { name: 'n', mime: 'a/b', size: 1, sha256: '0' })
  const [address] = await files('r', ['m'])
  expect(address).toMatchObject({ id: 'f', message: 'm', expires_at: 'then' })
  return [...new Set([put.url, address?.url ?? ''])]
}

describe('The address of a file', () => {
  it.each([
    ['ws://127.0.0.1:8080/ws', '/files/a?b=1', 'http://127.0.0.1:8080/files/a?b=1'],
    ['wss://chat.example/ws', '/files/a?b=1', 'https://chat.example/files/a?b=1'],
    ['wss://example.com/sub/chat/ws', '/files/a', 'https://example.com/sub/chat/files/a'],
    ['wss://chat.example/ws', 'https://s3.example/bucket/a?b=1', 'https://s3.example/bucket/a?b=1'],
  ])('is absolute, and below the path of the service: %s, %s', async (socket, url, expected) => {
    expect(await addressesOf(socket, url)).toEqual([expected])
  })
})
