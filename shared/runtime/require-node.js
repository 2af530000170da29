// Loaded with --import before any .ts file, hence JavaScript that every Node still in use can read:
// an older one would end with an error about the file's extension, which says nothing about the cause.
import module from 'node:module'
import { fileURLToPath } from 'node:url'

const [major] = process.versions.node.split('.').map(Number)

if (major < 24) {
  process.stderr.write(
    `This needs Node 24 or newer, and runs on ${process.versions.node}: use the npm scripts (npm start), which take the Node that "npm ci" brings, or install Node 24.\n`,
  )
  process.exit(1)
}

// Half of a start is compiling what was compiled before: kept with the packages, it is not. Where that folder cannot be
// written, or NODE_COMPILE_CACHE names another, nothing happens.
module.enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url)))
