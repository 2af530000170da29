import { buildPage } from './build.ts'

// Builds ahead of time: an image with the built page needs no bundler at run time.
await buildPage((line) => process.stdout.write(`${line}\n`))
