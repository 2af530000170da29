import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommand } from '../../infra/native/run-command.ts'
import { clientPackage } from '../../infra/npm/client-package.ts'
import { pack } from '../../infra/npm/pack.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

export interface PackedClient extends Disposable {
  /** An empty project that has the client installed. */
  readonly folder: string
  /** Writes a file of the project; returns its path. */
  write(name: string, code: string): string
  /** Runs a file of the project with this Node; resolves with its output. */
  run(name: string, code: string, node?: string): Promise<string>
}

const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'chat-package-'))

/** Packs the client and installs it from the tarball in an empty project, together with packages that are installed here. */
export const packedClient = async (others: readonly string[] = []): Promise<PackedClient> => {
  const [folder, tarballs] = [temporaryFolder(), temporaryFolder()]
  const packHere = async (name: string): Promise<string> => {
    const packed = await runCommand('npm', ['pack', '--silent', '--pack-destination', tarballs, join(root, 'node_modules', name)])
    return join(tarballs, packed.trim())
  }
  const write: PackedClient['write'] = (name, code) => {
    const file = join(folder, name.replaceAll(' ', '-'))
    writeFileSync(file, code)
    return file
  }
  write('package.json', JSON.stringify({ private: true, type: 'module' }))
  const packages = [await pack(clientPackage, tarballs)]
  for (const name of ['zod', ...others]) packages.push(await packHere(name))
  await runCommand('npm', ['install', '--offline', '--no-audit', '--no-fund', ...packages], { cwd: folder })
  return {
    folder,
    write,
    run: (name, code, node = process.execPath) => runCommand(node, [write(name, code)]),
    [Symbol.dispose]: () => {
      for (const path of [folder, tarballs]) rmSync(path, { recursive: true, force: true })
    },
  }
}
