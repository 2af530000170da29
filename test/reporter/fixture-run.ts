import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

const project = resolve(import.meta.dirname, '../..')
const reporter = join(project, 'test/reporter/summary-reporter.ts')
const runner = join(project, 'node_modules/vitest/vitest.mjs')

const configText = (globalSetup: string | undefined): string => `
import { defineConfig } from 'vitest/config'
import { summaryReporter } from ${JSON.stringify(reporter)}
export default defineConfig({
  test: { reporters: ['default', summaryReporter()], globalSetup: ${JSON.stringify(globalSetup ? [globalSetup] : [])}, include: ['*.test.ts'] },
})
`

export interface FixtureRun {
  readonly status: number | null
  readonly lines: readonly string[]
}

/** Runs the test runner on these files with this reporter. A file named `setup.ts` is the global setup. */
export const runFixture = (
  files: Readonly<Record<string, string>>,
  options: { readonly ci?: string; readonly args?: readonly string[] } = {},
): FixtureRun => {
  // Inside the project, so that packages are found, in a folder that git and the linter ignore.
  mkdirSync(join(project, '.cache'), { recursive: true })
  const folder = mkdtempSync(join(project, '.cache', 'fixture-'))
  try {
    const all = { ...files, 'vitest.config.ts': configText(files['setup.ts'] === undefined ? undefined : './setup.ts') }
    for (const [name, text] of Object.entries(all)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
    const { CI: _, ...env } = process.env
    const ended = spawnSync(process.execPath, [runner, 'run', '--root', folder, ...(options.args ?? [])], {
      cwd: folder,
      env: options.ci === undefined ? env : { ...env, CI: options.ci },
      encoding: 'utf8',
    })
    return { status: ended.status, lines: stripVTControlCharacters(ended.stdout).trimEnd().split('\n') }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
