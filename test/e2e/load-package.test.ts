import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from '../../infra/native/run-command.ts'
import { loadPackage } from '../../infra/npm/load-package.ts'
import { pack } from '../../infra/npm/pack.ts'
import { projectFolder } from '../support/stack/replica.ts'
import type { EmbeddedChat } from '../support/stack/start-embedded.ts'
import { startEmbedded } from '../support/stack/start-embedded.ts'

interface Installed {
  readonly dependencies?: Readonly<Record<string, string>>
}

/** The packages that these packages need, which are installed in the project. */
const withDependencies = (names: Iterable<string>): ReadonlySet<string> => {
  const all = new Set(names)
  // A set also visits the values that are added during the iteration.
  for (const name of all) {
    const manifest = readFileSync(join(projectFolder, 'node_modules', name, 'package.json'), 'utf8')
    for (const needed of Object.keys((JSON.parse(manifest) as Installed).dependencies ?? {})) all.add(needed)
  }
  return all
}

describe('The packed load tester, installed into an empty folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chat-load-'))
  const inFolder = { cwd: folder }
  let chat: EmbeddedChat

  beforeAll(async () => {
    const packHere = async (name: string): Promise<string> => {
      const source = join(projectFolder, 'node_modules', name)
      return join(folder, (await runCommand('npm', ['pack', '--silent', '--pack-destination', folder, source])).trim())
    }
    const tarballs = [await pack(loadPackage, folder)]
    for (const name of withDependencies(['ws', 'zod', 'hdr-histogram-js'])) tarballs.push(await packHere(name))
    writeFileSync(join(folder, 'package.json'), '{ "private": true }')
    await runCommand('npm', ['install', '--offline', '--no-audit', '--no-fund', ...tarballs], inFolder)
    chat = await startEmbedded()
  }, 240_000)
  afterAll(async () => {
    await chat?.[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  const chatLoad = (...args: readonly string[]): Promise<string> =>
    runCommand(process.execPath, [join(folder, 'node_modules/.bin/chat-load'), ...args], inFolder)

  it('has a complete --help with its own name', async () => {
    const help = await runCommand('npx', ['--offline', 'chat-load', '--help'], inFolder)
    expect(help).toContain('Usage: npx chat-load --url ws://127.0.0.1:8080/ws')
    expect(help).toContain('--scenario FILE')
  })

  it('runs a scenario on several processes, checks all frames and writes the report', async () => {
    const flow = [{ do: 'join' }, { do: 'send' }, { do: 'leave' }]
    writeFileSync(join(folder, 'desk.json'), JSON.stringify({ model: 'open', flow }))
    const size = ['--users', '8', '--rooms', '3', '--room-size', '3', '--ramp', '200ms']
    const load = ['--scenario', 'desk.json', '--rate', '5', '--duration', '2s', '--workers', '2', '--seed', '1']
    const output = await chatLoad('--url', chat.url, ...size, ...load)
    expect(output).toContain('lost 0, duplicated 0, reordered 0, gaps 0')
    expect(output).toMatch(/iterations: 10 started/)
    const report = readFileSync(join(folder, 'load-report.html'), 'utf8')
    expect(report).toContain('Nothing lost, duplicated or reordered')
    expect(report).toMatch(/<pre>npx chat-load --url ws:/)
  })
})
