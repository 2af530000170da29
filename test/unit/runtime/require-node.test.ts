import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { projectFolder } from '../../support/stack/replica.ts'
import { makeScratchFolder, removeScratchFolder } from '../../support/stack/scratch-folder.ts'

const guard = fileURLToPath(new URL('../../../shared/runtime/require-node.js', import.meta.url))

const runner = join(projectFolder, 'run.js')

/** Runs `run.js` on a program that prints its arguments, on a Node that claims to have this version. */
const runOn = (version: string, ...args: readonly string[]) => {
  const pretend = `Object.defineProperty(process, 'versions', { value: { node: '${version}' } })`
  const folder = makeScratchFolder('program')
  const program = join(folder, 'program.ts')
  writeFileSync(program, 'const [, file, ...rest]: string[] = process.argv\nconsole.log(JSON.stringify([file, ...rest]))')
  const imports = ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`]
  const result = spawnSync(process.execPath, [...imports, runner, program, ...args], { encoding: 'utf8' })
  removeScratchFolder(folder)
  return { ...result, program }
}

describe('run.js, which the npm scripts call', () => {
  it.each(['18.20.0', '20.20.2', '22.17.0'])('refuses to run on Node %s, with one sentence', (version) => {
    const { status, stdout, stderr } = runOn(version)
    expect(status).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^This needs Node 24 or newer, and runs on \d+\.\d+\.\d+: .*\n$/)
    expect(stderr).toContain(version)
  })

  it.each(['24.0.0', '26.1.0'])('runs the program with its arguments on Node %s', (version) => {
    const { program, ...result } = runOn(version, '--flag', 'value')
    expect(result).toMatchObject({ status: 0, stdout: `${JSON.stringify([program, '--flag', 'value'])}\n`, stderr: '' })
  })

  it('runs every npm script that is a program of this project', () => {
    const { scripts } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>
    }
    const commands = Object.values(scripts).flatMap((script) => script.split(' && '))
    const programs = commands.filter((command) => /\.(ts|mjs)\b/.test(command) && !command.startsWith('depcruise'))
    expect(programs.length).toBeGreaterThan(20)
    expect(programs.filter((command) => !/^(\w+=\w+ )*node (--\S+ )*run\.js /.test(command))).toEqual([])
  })

  it('keeps compiled code in node_modules, or in the folder of NODE_COMPILE_CACHE', () => {
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
