import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { runCommand } from '../native/run-command.ts'

/**
 * Lays a package out in a folder that goes away again, and packs it into
 * another. Resolves with the path of the tarball.
 */
export const pack = async (layOut: (folder: string) => Promise<void>, into: string): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'chat-package-'))
  try {
    await layOut(folder)
    mkdirSync(into, { recursive: true })
    const packed = await runCommand('npm', ['pack', '--json', '--pack-destination', resolve(into), folder])
    const [{ filename }] = JSON.parse(packed) as [{ readonly filename: string }]
    return join(resolve(into), filename)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
