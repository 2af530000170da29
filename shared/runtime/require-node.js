// Loaded before any .ts file. JavaScript that every Node still in use can parse: an older one would
// fail on the extension .ts, with an error that does not name the cause.
import module from 'node:module'
import { fileURLToPath } from 'node:url'

const [major] = process.versions.node.split('.').map(Number)

if (major < 24) {
  process.stderr.write(
    `This needs Node 24 or newer, and runs on ${process.versions.node}: use the npm scripts (npm start), which take the Node that "npm ci" brings, or install Node 24.\n`,
  )
  process.exit(1)
}

// Compilation takes half of a start; the cache avoids it. No effect where this folder cannot be written, or where
// NODE_COMPILE_CACHE names another one.
module.enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url)))
