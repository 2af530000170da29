import { buildPage } from './build.ts'

// Ahead of time: an image that carries the page needs no bundler where it runs.
await buildPage((line) => process.stdout.write(`${line}\n`))
