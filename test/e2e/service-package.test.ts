import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from '../../infra/native/run-command.ts'
import { pack } from '../../infra/npm/pack.ts'
import { servicePackage } from '../../infra/npm/service-package.ts'
import { connect } from '../../shared/client/connect.ts'
import type { Replica } from '../support/stack/replica.ts'
import { projectFolder, startService } from '../support/stack/replica.ts'
import { makeScratchFolder } from '../support/stack/scratch-folder.ts'

describe('The packed service', () => {
  const scratch = makeScratchFolder('packed')
  const folder = join(scratch, 'package')
  let chat: Replica

  /** Only what `npm ci --omit=dev` installs: no bundler. */
  const linkDependencies = (): void => {
    const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly dependencies: object }
    for (const name of Object.keys(dependencies)) {
      const link = join(folder, 'node_modules', name)
      mkdirSync(dirname(link), { recursive: true })
      symlinkSync(join(projectFolder, 'node_modules', name), link)
    }
  }

  beforeAll(async () => {
    await runCommand('tar', ['-xzf', await pack(servicePackage, scratch), '-C', scratch])
    linkDependencies()
    const env = { HOST: '127.0.0.1', DATA_DIR: join(scratch, 'data') }
    chat = await startService('packed', { entry: join(folder, 'services/embedded/main.ts'), env })
  }, 240_000)
  afterAll(async () => {
    await chat?.[Symbol.asyncDispose]()
    rmSync(scratch, { recursive: true, force: true })
  })

  it('serves the prebuilt page without a bundler', async () => {
    expect(await (await fetch(new URL(chat.url.replace(/^ws/, 'http')).origin)).text()).toContain('<div id="app">')
    expect(chat.log().join('\n')).not.toContain('building the chat page')
  })

  it('stores and lists a message', async () => {
    const ann = connect(chat.url, { user: { externalUserId: 'ann' } })
    const { id: room } = await ann.createChat({ name: 'unpacked', users: [(await ann.ready()).id] })
    expect(await ann.send(room, 'hello')).toMatchObject({ msg: 'hello' })
    ann.close()
  })

  it('contains the lock file, so that the installed versions are the tested ones', () => {
    expect(readFileSync(join(folder, 'npm-shrinkwrap.json'), 'utf8')).toBe(
      readFileSync(join(projectFolder, 'package-lock.json'), 'utf8'),
    )
  })
})
