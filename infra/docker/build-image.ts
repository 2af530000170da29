import { ensureEngine } from './engine.ts'
import { buildChatImage, describeImage } from './images.ts'

/** Builds the service's image with what it needs; its name and size on stdout. */

const say = (line: string): void => {
  process.stderr.write(`image: ${line}\n`)
}

await ensureEngine(say)
process.stdout.write(`${await describeImage(await buildChatImage(say))}\n`)
