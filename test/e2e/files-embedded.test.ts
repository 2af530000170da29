import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect } from '../../shared/client/connect.ts'
import { upload } from '../../shared/client/files.ts'
import { freshName } from '../support/client/person.ts'
import { makeScratchFolder, removeScratchFolder } from '../support/stack/scratch-folder.ts'
import type { EmbeddedChat } from '../support/stack/start-embedded.ts'
import { startEmbedded } from '../support/stack/start-embedded.ts'
import { fileJourneys } from './files.suite.ts'

describe('Files of the embedded chat', () => {
  let chat: EmbeddedChat
  beforeAll(async () => {
    chat = await startEmbedded()
  }, 120_000)
  afterAll(() => chat[Symbol.asyncDispose]())

  fileJourneys(() => ({ url: chat.url, sweep: async () => undefined }))

  it('are refused for old addresses by every request after the confirmed deletion of their message', async () => {
    const client = connect(chat.url, { user: { externalUserId: freshName('ann') } })
    const room = (await client.createChat({ name: 'files', users: [(await client.ready()).id] })).id
    const { id } = await client.send(room, { msg: 'a', attachments: [await upload(client, room, new File(['gone'], 'a.txt'))] })
    const [address] = await client.files(room, [id])
    expect((await fetch(address?.url ?? '')).status).toBe(200)
    await client.delete(room, id)
    expect((await fetch(address?.url ?? '')).status).toBe(404)
    client.close()
  })

  it('and their addresses outlive a restart', async () => {
    const dataDir = makeScratchFolder('files')
    try {
      await using own = await startEmbedded({ DATA_DIR: dataDir })
      const client = connect(own.url, { user: { externalUserId: freshName('ann') } })
      const room = (await client.createChat({ name: 'files', users: [(await client.ready()).id] })).id
      const file = await upload(client, room, new File(['kept'], 'a.txt'))
      const { id } = await client.send(room, { msg: 'a.txt', attachments: [file] })
      const [before] = await client.files(room, [id])
      await own.stop()
      await own.start()
      const [after] = await client.files(room, [id])
      // The port may be another one.
      const { pathname, search } = new URL(before?.url ?? '')
      const again = new URL(pathname + search, after?.url)
      expect(await (await fetch(again)).text()).toBe('kept')
      await client.edit(room, id, { msg: 'still a.txt', attachments: [file] })
      client.close()
    } finally {
      removeScratchFolder(dataDir)
    }
  })
})
