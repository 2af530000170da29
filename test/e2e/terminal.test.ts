import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, describe, expect, it } from 'vitest'
import { until } from '../support/poll.ts'
import { cleanEnvironment, nodeArguments, projectFolder } from '../support/stack/replica.ts'
import { makeScratchFolder, removeScratchFolder } from '../support/stack/scratch-folder.ts'

/** `script` of util-linux runs a command on a pseudo terminal. */
const hasTerminal = spawnSync('script', ['--version']).status === 0

const ctrlC = '\u0003'

describe.skipIf(!hasTerminal)('The embedded service on a terminal', () => {
  const folder = makeScratchFolder('terminal')
  afterAll(() => removeScratchFolder(folder))

  it('logs readable lines, and prints its address after them', async () => {
    const command = [process.execPath, ...nodeArguments, 'services/embedded/main.ts'].join(' ')
    const env = { ...cleanEnvironment(), HOST: '127.0.0.1', PORT: '0', INTERNAL_PORT: '0', WEB_PAGE: 'off', DATA_DIR: folder }
    const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], { cwd: projectFolder, env })
    let shown = ''
    child.stdout.on('data', (data) => {
      shown += String(data)
    })
    const exited = once(child, 'exit')
    await until('the address', () => shown.includes('Ctrl-C stops the chat.'), { withinMs: 60_000 })
    const lines = shown.trimEnd().split(/\r?\n/)
    expect(lines.filter((line) => line.startsWith('{'))).toEqual([])
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d INFO {2}/)
    expect(shown).toContain('schema is up to date')
    expect(lines.at(-1)).toContain('Ctrl-C stops the chat.')
    child.stdin.write(ctrlC)
    await exited
    expect(shown.trimEnd()).toMatch(/INFO {2}stopped exitCode=0$/)
  }, 90_000)
})

it('The embedded service without a terminal prints only JSON lines, and the last one names its address', async () => {
  const folder = makeScratchFolder('no-terminal')
  const env = { ...cleanEnvironment(), HOST: '127.0.0.1', PORT: '0', INTERNAL_PORT: '0', WEB_PAGE: 'off', DATA_DIR: folder }
  const child = spawn(process.execPath, [...nodeArguments, 'services/embedded/main.ts'], { cwd: projectFolder, env })
  let printed = ''
  child.stdout.on('data', (data) => {
    printed += String(data)
  })
  const exited = once(child, 'exit')
  try {
    await until('the address', () => printed.includes('the chat is ready'), { withinMs: 60_000 })
    const lines = printed.trimEnd().split('\n')
    const entries = lines.map((line): unknown => JSON.parse(line))
    expect(entries.at(-1)).toMatchObject({ address: expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+\/ws$/) })
  } finally {
    child.kill()
    await exited
    removeScratchFolder(folder)
  }
}, 90_000)
