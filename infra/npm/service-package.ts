import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommand } from '../native/run-command.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The scripts that work without the development dependencies. */
const scripts = ['start', 'gateway', 'writer', 'relay', 'admin']
const parts = [
  'README.md',
  'ARCHITECTURE.md',
  'CHANGELOG.md',
  'CONFIGURATION.md',
  'CONTRIBUTING.md',
  'MOVING.md',
  'OPERATIONS.md',
  'SECURITY.md',
  'LICENSE',
  'tsconfig.json',
  'run.js',
  'shared',
  'services',
  'infra',
  'dist/web',
]

/**
 * Lays out the package of the service, with its chat page built, in an empty
 * folder. After unpacking, `npm ci --omit=dev && npm start` needs no bundler.
 */
export const servicePackage = async (folder: string): Promise<void> => {
  await runCommand(process.execPath, ['services/web/main.ts'], { cwd: root })
  for (const part of parts) cpSync(join(root, part), join(folder, part), { recursive: true })
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>
  }
  const kept = Object.fromEntries(scripts.map((name) => [name, manifest.scripts[name]]))
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ ...manifest, scripts: kept }, null, 2)}\n`)
  // npm packs a lock file only under this name.
  cpSync(join(root, 'package-lock.json'), join(folder, 'npm-shrinkwrap.json'))
}
