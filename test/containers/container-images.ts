import type { Engine } from '../../infra/docker/engine.ts'
import { ensureEngine } from '../../infra/docker/engine.ts'
import { buildChatImage, describeImage, ensureImages } from '../../infra/docker/images.ts'
import { pinnedImages } from '../../infra/docker/pinned-images.ts'
import { stackImages } from '../support/stack/containers/stack-images.ts'

const say = (line: string): void => {
  process.stderr.write(`docker: ${line}\n`)
}

/**
 * An engine with all the images that a stack needs, and those of more services of
 * docker-compose.yml; the service's own is built from the sources as they are.
 */
export const prepareContainers = async (moreServices: readonly string[] = []): Promise<Engine> => {
  const engine = await ensureEngine(say)
  const { kafka, postgres, redis, chat } = stackImages()
  const more = Object.entries(pinnedImages().services).flatMap(([name, image]) => (moreServices.includes(name) ? [image] : []))
  const pinned = [kafka, postgres, redis, ...more]
  await ensureImages(pinned, say)
  await buildChatImage(say)
  say(`engine ${engine.version}, images:`)
  for (const image of [...pinned, chat]) say(`  ${await describeImage(image)}`)
  return engine
}
