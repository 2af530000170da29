import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommand } from '../native/run-command.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** What can be run from it; the others are for whoever works on the service. */
const scripts = ['start', 'gateway', 'writer', 'admin']
const parts = [
  'README.md',
  'ARCHITECTURE.md',
  'CONFIGURATION.md',
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
 * Lays out the service itself with its chat page built, ready to be packed, in
 * an empty folder: unpacked, `npm ci --omit=dev && npm start` needs no bundler.
 */
export const servicePackage = async (folder: string): Promise<void> => {
  await runCommand(process.execPath, ['services/web/main.ts'], { cwd: root })
  for (const part of parts) cpSync(join(root, part), join(folder, part), { recursive: true })
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>
  }
  const kept = Object.fromEntries(scripts.map((name) => [name, manifest.scripts[name]]))
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ ...manifest, scripts: kept }, null, 2)}\n`)
  // The lock file under the name by which a package may bring it.
  cpSync(join(root, 'package-lock.json'), join(folder, 'npm-shrinkwrap.json'))
}
