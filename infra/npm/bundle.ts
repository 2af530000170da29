import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { runCommand } from '../native/run-command.ts'

/** A bundle for browsers, with its sizes. */
export interface Bundle {
  readonly bytes: number
  readonly gzippedBytes: number
  /** The bundle itself. */
  readonly text: string
}

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Bundles and minifies a module for browsers, and measures its size. */
export const bundle = async (entry: string): Promise<Bundle> => {
  const folder = mkdtempSync(join(tmpdir(), 'chat-bundle-'))
  try {
    const file = join(folder, 'bundle.js')
    const options = ['--minify', '--platform', 'browser', '--format', 'esm', '--file', file]
    await runCommand(process.execPath, [join(root, 'node_modules/rolldown/bin/cli.mjs'), entry, ...options])
    const text = readFileSync(file, 'utf8')
    return { bytes: Buffer.byteLength(text), gzippedBytes: gzipSync(text, { level: 9 }).length, text }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
