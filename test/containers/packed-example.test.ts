import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { projectFolder } from '../../infra/docker/pinned-images.ts'
import { runCommand } from '../../infra/native/run-command.ts'
import { whyNoContainers } from './provided-containers.ts'

const example = (): string => {
  const [, code] = /```ts\n(.*?)```/s.exec(readFileSync(join(projectFolder, 'test/testing/README.md'), 'utf8')) ?? []
  if (code === undefined) throw new Error('the documentation of chat-testing has no example')
  return code
}

const compilerOptions = {
  module: 'nodenext',
  target: 'es2024',
  lib: ['es2025', 'esnext.disposable'],
  types: ['node'],
  strict: true,
  noEmit: true,
}

describe.skipIf(whyNoContainers())('chat-testing, packed and installed in an empty folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chat-example-'))
  beforeAll(async () => {
    const packed = (await runCommand('npm', ['run', '--silent', 'pack:testing'], { cwd: projectFolder })).trim()
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'example', private: true, type: 'module' }))
    writeFileSync(join(folder, 'example.test.ts'), example())
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
    const install = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
    await runCommand('npm', [...install, packed, '@types/node@24.19.2'], { cwd: folder })
  }, 180_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('runs the example of its documentation', async () => {
    const told = await runCommand(process.execPath, ['--test', 'example.test.ts'], { cwd: folder })
    expect(told).toMatch(/pass 1\n.*fail 0/s)
  }, 300_000)

  it('has types that the example passes', async () => {
    await runCommand(join(projectFolder, 'node_modules/.bin/tsc'), ['--project', folder], { cwd: folder })
    const wrong = example().replace('withGateways(2)', "withGateways('two')")
    expect(wrong).not.toBe(example())
    writeFileSync(join(folder, 'example.test.ts'), wrong)
    const checking = runCommand(join(projectFolder, 'node_modules/.bin/tsc'), ['--project', folder], { cwd: folder })
    await expect(checking).rejects.toThrow(/string.*not assignable.*number/)
  }, 120_000)
})
