import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'

export const projectFolder = resolve(import.meta.dirname, '../..')

export interface Violation {
  readonly rule: string
  readonly from: string
  readonly to: string
}

interface Summary {
  readonly violations: readonly { readonly rule: { readonly name: string }; readonly from: string; readonly to: string }[]
}

interface Cruised {
  readonly summary: Summary
  readonly modules: readonly { readonly source: string }[]
}

const bin = join(projectFolder, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs')
const rules = join(projectFolder, '.dependency-cruiser.js')

/** Checks the import rules on a file tree with the layout of this project. */
export const cruise = (folder: string): { readonly violations: readonly Violation[]; readonly files: readonly string[] } => {
  const args = [bin, '--config', rules, '--output-type', 'json', 'shared', 'services', 'infra', 'test']
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 })
  if (stdout === '') throw new Error(stderr)
  const { summary, modules } = JSON.parse(stdout) as Cruised
  const violations = summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to }))
  return { violations, files: modules.map(({ source }) => source) }
}
