import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** The root folder of the project. */
export const projectFolder = resolve(import.meta.dirname, '../..')

/** The images that `docker-compose.yml` pins. */
export interface PinnedImages {
  /** By the name of the service. */
  readonly services: Readonly<Record<string, string>>
  /** The base images of the image of the services, by build argument. */
  readonly buildArguments: Readonly<Record<string, string>>
  /** The name of the image of the services. */
  readonly chat: string
}

const found = (text: string, pattern: RegExp): Readonly<Record<string, string>> =>
  Object.fromEntries([...text.matchAll(pattern)].map(([, name = '', image = '']) => [name, anchored(text, image)]))

/** Resolves a YAML alias (`*node`) to the value of its anchor (`&node …`), with which each image has one line. */
const anchored = (text: string, image: string): string =>
  image.startsWith('*') ? (new RegExp(`&${image.slice(1)} (\\S+)$`, 'm').exec(text)?.[1] ?? image) : image

/** Reads the images line by line, without a YAML parser; a test compares the result with that of a parser. */
export const pinnedImages = (text = readFileSync(resolve(projectFolder, 'docker-compose.yml'), 'utf8')): PinnedImages => {
  const [, chat] = /^x-chat:.*\n {2}image: (\S+)$/m.exec(text) ?? []
  if (chat === undefined) throw new Error('docker-compose.yml names no image under x-chat')
  return {
    services: found(text, /^ {2}([a-z-]+):\n {4}image: (\S+)$/gm),
    buildArguments: found(text, /^ {6}([A-Z]+_IMAGE): (?:&\S+ )?(\S+)$/gm),
    chat,
  }
}
