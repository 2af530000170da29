import type { Engine } from '../../infra/docker/engine.ts'
import { ensureEngine } from '../../infra/docker/engine.ts'
import { buildChatImage, describeImage, ensureImages } from '../../infra/docker/images.ts'
import { pinnedImages } from '../../infra/docker/pinned-images.ts'
import { stackImages } from '../testing/containers/stack-images.ts'

const print = (line: string): void => {
  process.stderr.write(`docker: ${line}\n`)
}

/**
 * Prepares a container engine with the images of a stack and of further services of
 * docker-compose.yml; builds the image of this service from the current sources.
 */
export const prepareContainers = async (moreServices: readonly string[] = []): Promise<Engine> => {
  const engine = await ensureEngine(print)
  const { kafka, postgres, redis, chat } = stackImages()
  const more = Object.entries(pinnedImages().services).flatMap(([name, image]) => (moreServices.includes(name) ? [image] : []))
  const pinned = [kafka, postgres, redis, ...more]
  await ensureImages(pinned, print)
  await buildChatImage(print)
  print(`engine ${engine.version}, images:`)
  for (const image of [...pinned, chat]) print(`  ${await describeImage(image)}`)
  return engine
}
