import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const guard = fileURLToPath(new URL('../../../shared/runtime/require-node.js', import.meta.url))

const startedOn = (version: string) => {
  const pretend = `Object.defineProperty(process, 'versions', { value: { node: '${version}' } })`
  const imports = ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`, '--import', guard]
  return spawnSync(process.execPath, [...imports, '-e', 'console.log("started")'], { encoding: 'utf8' })
}

describe('the guard before every service', () => {
  it.each(['18.20.0', '20.20.2', '22.17.0'])('ends a start on Node %s with one sentence', (version) => {
    const { status, stdout, stderr } = startedOn(version)
    expect(status).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^This needs Node 24 or newer, and runs on \d+\.\d+\.\d+: .*\n$/)
    expect(stderr).toContain(version)
  })

  it.each(['24.0.0', '26.1.0'])('lets Node %s pass', (version) => {
    expect(startedOn(version)).toMatchObject({ status: 0, stdout: 'started\n', stderr: '' })
  })
})
