import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from '../../infra/native/run-command.ts'
import { projectFolder } from '../support/stack/replica.ts'
import { makeScratchFolder, removeScratchFolder } from '../support/stack/scratch-folder.ts'
import type { EmbeddedChat } from '../support/stack/start-embedded.ts'
import { startEmbedded } from '../support/stack/start-embedded.ts'

describe('The example of the README', () => {
  const folder = makeScratchFolder('readme')
  let chat: EmbeddedChat
  beforeAll(async () => {
    chat = await startEmbedded()
  }, 120_000)
  afterAll(async () => {
    await chat?.[Symbol.asyncDispose]()
    removeScratchFolder(folder)
  })

  it('sends a message and reads it', async () => {
    const [, example = ''] = /```js\n([\s\S]*?)```/.exec(readFileSync(join(projectFolder, 'README.md'), 'utf8')) ?? []
    const program = example
      .replace("'chat-client'", JSON.stringify(join(projectFolder, 'shared/client/connect.ts')))
      .replaceAll('ws://127.0.0.1:8080/ws', chat.url)
    writeFileSync(join(folder, 'example.mjs'), program)
    expect(await runCommand(process.execPath, [join(folder, 'example.mjs')])).toBe('Bob reads: Hungry?\n')
  })
})
