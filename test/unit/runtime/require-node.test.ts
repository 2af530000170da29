import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { projectFolder } from '../../support/stack/replica.ts'
import { makeScratchFolder, removeScratchFolder } from '../../support/stack/scratch-folder.ts'

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

  it('keeps compiled code with the packages, or where NODE_COMPILE_CACHE says', () => {
    const folder = makeScratchFolder('compiled')
    const { NODE_COMPILE_CACHE: _ours, ...env } = process.env
    const folderWith = (more: Readonly<Record<string, string>>): string => {
      const script = 'console.log(require("node:module").getCompileCacheDir())'
      const options = { encoding: 'utf8', env: { ...env, ...more } } as const
      return dirname(spawnSync(process.execPath, ['--import', guard, '-e', script], options).stdout)
    }
    expect(folderWith({})).toBe(join(projectFolder, 'node_modules/.cache/compiled'))
    expect(folderWith({ NODE_COMPILE_CACHE: folder })).toBe(folder)
    removeScratchFolder(folder)
  })
})
