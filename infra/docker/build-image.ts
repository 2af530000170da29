import { ensureEngine } from './engine.ts'
import { buildChatImage, describeImage } from './images.ts'

/** Builds the image of the services; prints its name and size to stdout. */

const report = (line: string): void => {
  process.stderr.write(`image: ${line}\n`)
}

await ensureEngine(report)
process.stdout.write(`${await describeImage(await buildChatImage(report))}\n`)
