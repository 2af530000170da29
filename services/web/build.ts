import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { filesIn } from './files-in.ts'
import { projectFolder, sourceHash } from './source-hash.ts'

const output = join(projectFolder, 'dist/web')
const sources = join(projectFolder, 'services/web/src')
const worker = 'service-worker'

/** Loads the bundler only when there is something to build: loading it takes longer than the rest of a start. */
const bundle = async (outDir: string): Promise<void> => {
  const { build } = await import('vite')
  await build({
    configFile: false,
    envDir: false,
    publicDir: join(projectFolder, 'services/web/public'),
    logLevel: 'warn',
    root: sources,
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
      rolldownOptions: {
        input: { index: join(sources, 'index.html'), [worker]: join(sources, `${worker}.ts`) },
        // A service worker controls only addresses below its own folder, and needs the same name in every build.
        output: { entryFileNames: ({ name }) => (name === worker ? `${worker}.js` : 'assets/[name]-[hash].js') },
      },
    },
  })
}

/** Writes the addresses of the files, and their hash, into the service worker. */
const nameFiles = (folder: string, hash: string): void => {
  const path = join(folder, `${worker}.js`)
  const names = filesIn(folder).filter((name) => name !== `${worker}.js`)
  const addresses = names.map((name) => (name === 'index.html' ? './' : name))
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, text.replace('__PAGE_FILES__', JSON.stringify(addresses)).replace('__PAGE_HASH__', JSON.stringify(hash)))
}

/** Moves the built page to its place, unless another process has built the same page meanwhile. */
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
 * Builds the chat page if its sources have changed since the last build.
 * Resolves with the folder of the built page.
 *
 * Promises:  if nothing changed, it takes some milliseconds and needs no
 *            bundler; the folder appears complete; concurrent builds do not
 *            affect each other.
 * Does not:  change a page that is being served: it is held in memory.
 */
export const buildPage = async (report: (line: string) => void): Promise<string> => {
  const hash = sourceHash()
  const place = join(output, hash)
  if (existsSync(place)) return place
  report('building the chat page: its sources have changed')
  const started = performance.now()
  const made = join(output, `${hash}-${process.pid}`)
  mkdirSync(made, { recursive: true })
  try {
    await bundle(made)
    nameFiles(made, hash)
    moveIn(made, place)
  } finally {
    rmSync(made, { recursive: true, force: true })
  }
  removeOthers(place)
  report(`built the chat page in ${Math.round(performance.now() - started)} ms`)
  return place
}
