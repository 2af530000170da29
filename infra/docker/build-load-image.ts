import { ensureEngine } from './engine.ts'
import { describeImage } from './images.ts'
import { buildLoadImage } from './load/load-image.ts'

/** Builds the image of the load tester; prints its name and size to stdout. */

const report = (line: string): void => {
  process.stderr.write(`image: ${line}\n`)
}

await ensureEngine(report)
process.stdout.write(`${await describeImage(await buildLoadImage(report))}\n`)
