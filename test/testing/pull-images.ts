import type { ContainerRuntimeClient } from 'testcontainers'
import { getContainerRuntimeClient, ImageName } from 'testcontainers'
import type { ReportProgress } from '../../infra/native/report-progress.ts'

/** On stderr, so that it does not mix with the report of the test runner. */
export const reportOnStderr: ReportProgress = (line) => void process.stderr.write(`chat-testing: ${line}\n`)

const findDocker = async (): Promise<ContainerRuntimeClient> => {
  try {
    return await getContainerRuntimeClient()
  } catch (cause) {
    throw new Error('chat-testing needs a Docker engine, and none answers: start it, or set DOCKER_HOST.', { cause })
  }
}

const pull = async (image: string, report: ReportProgress): Promise<void> => {
  const client = await findDocker()
  const name = ImageName.fromString(image)
  if (await client.image.exists(name)) return
  report(`pulling ${image}; this is done once`)
  const started = performance.now()
  try {
    await client.image.pull(name)
  } catch (cause) {
    throw new Error(`The image ${image} is not on this machine and cannot be pulled: ${howToGet(image)}`, { cause })
  }
  report(`pulled ${image} in ${Math.round((performance.now() - started) / 1_000)} s`)
}

const howToGet = (image: string): string =>
  image.endsWith(':local')
    ? 'build it with `npm run image` in the repository of the service, or name another image with `withImage`.'
    : 'check the network and the registry, or name other images with `withImages`.'

/** Pulls the images that are not on this machine, one after another, and reports each. */
export const pullImages = async (images: readonly string[], report: ReportProgress): Promise<void> => {
  for (const image of images) await pull(image, report)
}
