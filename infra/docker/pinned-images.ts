import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

export const projectFolder = resolve(import.meta.dirname, '../..')

/** What the system's parts run on, as `docker-compose.yml` pins it. */
export interface PinnedImages {
  /** By the name of the service. */
  readonly services: Readonly<Record<string, string>>
  /** What our own image is built from, by the name of the build argument. */
  readonly buildArguments: Readonly<Record<string, string>>
  /** Our own image. */
  readonly chat: string
}

const found = (text: string, pattern: RegExp): Readonly<Record<string, string>> =>
  Object.fromEntries([...text.matchAll(pattern)].map(([, name = '', image = '']) => [name, anchored(text, image)]))

/** What YAML calls an alias (`*node`) stands for the value of its anchor (`&node …`), so that an image has one line. */
const anchored = (text: string, image: string): string =>
  image.startsWith('*') ? (new RegExp(`&${image.slice(1)} (\\S+)$`, 'm').exec(text)?.[1] ?? image) : image

/** Line by line, so that it needs no parser of YAML; a test compares it with one. */
export const pinnedImages = (text = readFileSync(resolve(projectFolder, 'docker-compose.yml'), 'utf8')): PinnedImages => {
  const [, chat] = /^x-chat:.*\n {2}image: (\S+)$/m.exec(text) ?? []
  if (chat === undefined) throw new Error('docker-compose.yml names no image under x-chat')
  return {
    services: found(text, /^ {2}([a-z-]+):\n {4}image: (\S+)$/gm),
    buildArguments: found(text, /^ {6}([A-Z]+_IMAGE): (?:&\S+ )?(\S+)$/gm),
    chat,
  }
}
