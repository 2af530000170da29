import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createFileSignatures } from '../../../../services/gateway/files/file-signatures.ts'
import type { FileRequest } from '../../../../services/gateway/requests/file-requests.ts'
import { createFileRequests } from '../../../../services/gateway/requests/file-requests.ts'
import type { Requester } from '../../../../services/gateway/requests/requester.ts'
import { file as example } from '../../../../shared/protocol/example-values.ts'

const room = '00000000-0000-7000-8000-00000000aaaa'

it('get-files signs the addresses of many files in several turns, so that it does not delay other work of the gateway', async () => {
  const asked = Array.from({ length: 500 }, (_, index) => ({ message: room, file: { ...example, id: String(index) } }))
  const requests = createFileRequests({
    blobStore: {
      upload: async () => ({ url: '', headers: {} }),
      download: async ({ file }) => `/${file}`,
    },
    signatures: createFileSignatures(['s']),
    readModel: { rightsOf: async () => undefined, attachmentsOf: async () => asked },
    clock: { nowMs: () => 0 },
    newId: () => room,
  })
  const answers: string[] = []
  const requester = { answer: (_: unknown, body: string) => void answers.push(body) } as unknown as Requester
  let turns = 0
  let isOver = false
  const counting = (async () => {
    for (; !isOver; turns += 1) await nextTurn()
  })()
  const request: FileRequest = { event: 'get-files', id: 'q', room, body: { messages: [room] } }
  await requests.answer(requester, request, room, () => undefined)
  isOver = true
  await counting
  const { files } = JSON.parse(answers[0] ?? '{}') as { readonly files: readonly { readonly url: string }[] }
  expect(files.map(({ url }) => url)).toEqual(asked.map(({ file }) => `/${file.id}`))
  expect(turns).toBeGreaterThanOrEqual(20)
})
