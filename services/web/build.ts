import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { projectFolder, sourceHash } from './source-hash.ts'

const output = join(projectFolder, 'dist/web')

/** Loaded only when there is something to build: it takes longer than all the rest of a start. */
const bundle = async (outDir: string): Promise<void> => {
  const { build } = await import('vite')
  await build({
    configFile: false,
    envDir: false,
    publicDir: false,
    logLevel: 'warn',
    root: join(projectFolder, 'services/web/src'),
    // Relative, so that the page also runs below a path of a reverse proxy.
    base: './',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir,
      emptyOutDir: true,
      // Inlined files are `data:` addresses, which the page may not load.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
    },
  })
}

/** Another process may have built the same meanwhile; either is good. */
const moveIn = (made: string, place: string): void => {
  try {
    renameSync(made, place)
  } catch (error) {
    rmSync(made, { recursive: true, force: true })
    if (!existsSync(place)) throw error
  }
}

const removeOthers = (place: string): void => {
  const isDone = (name: string): boolean => !name.includes('-')
  for (const name of readdirSync(output).filter(isDone)) {
    if (join(output, name) !== place) rmSync(join(output, name), { recursive: true, force: true })
  }
}

/**
 * Builds the chat page where its sources have changed since it was last
 * built; resolves with the folder that holds it.
 *
 * Promises:  costs some milliseconds where nothing changed, and needs no
 *            bundler then; is never seen half done; two at once do no harm.
 * Does not:  change what runs already: pages are kept in memory.
 */
export const buildPage = async (say: (line: string) => void): Promise<string> => {
  const hash = sourceHash()
  const place = join(output, hash)
  if (existsSync(place)) return place
  say('building the chat page: its sources have changed')
  const started = performance.now()
  const made = join(output, `${hash}-${process.pid}`)
  mkdirSync(made, { recursive: true })
  try {
    await bundle(made)
    moveIn(made, place)
  } finally {
    rmSync(made, { recursive: true, force: true })
  }
  removeOthers(place)
  say(`built the chat page in ${Math.round(performance.now() - started)} ms`)
  return place
}
