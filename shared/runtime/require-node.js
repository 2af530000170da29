// Loaded with --import before any .ts file, hence JavaScript that every Node still in use can read:
// an older one would end with an error about the file's extension, which says nothing about the cause.
const [major] = process.versions.node.split('.').map(Number)

if (major < 24) {
  process.stderr.write(
    `This needs Node 24 or newer, and runs on ${process.versions.node}: use the npm scripts (npm start), which take the Node that "npm ci" brings, or install Node 24.\n`,
  )
  process.exit(1)
}
