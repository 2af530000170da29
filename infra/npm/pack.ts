import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { runCommand } from '../native/run-command.ts'

/**
 * Writes the files of a package to a temporary folder with `layOut`, and packs
 * them into the folder `into`. Resolves with the path of the tarball.
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
