import type { ReportProgress } from '../native/report-progress.ts'
import { runCommand } from '../native/run-command.ts'
import { debianRoot } from './offline-images/debian-root.ts'
import { buildStandIn, canStandInFor, labelOf } from './offline-images/stand-in.ts'
import { pinnedImages, projectFolder } from './pinned-images.ts'

const canPull = async (image: string): Promise<boolean> => {
  try {
    await runCommand('docker', ['pull', '--quiet', image])
    return true
  } catch {
    return false
  }
}

/**
 * Makes these images available: pulls them if a registry is reachable, else
 * builds stand-ins. Never replaces a pulled image.
 */
export const ensureImages = async (images: readonly string[], report: ReportProgress): Promise<void> => {
  for (const image of images) {
    const label = await labelOf(image)
    if (label === '') continue
    if (label === undefined && (await canPull(image))) continue
    if (!canStandInFor(image)) throw new Error(`${image} cannot be pulled, and there is no stand-in for it`)
    await buildStandIn(image, await debianRoot(report), report)
  }
}

/** Builds an image with the cache of the engine; returns its name. Makes the base images available first. */
export const buildImage = async (name: string, file: string, context: string, report: ReportProgress): Promise<string> => {
  const { buildArguments } = pinnedImages()
  await ensureImages(Object.values(buildArguments), report)
  report(`building ${name}`)
  const given = Object.entries(buildArguments).flatMap(([argument, image]) => ['--build-arg', `${argument}=${image}`])
  const { NPM_CONFIG_REGISTRY } = process.env
  if (NPM_CONFIG_REGISTRY) given.push('--build-arg', `NPM_CONFIG_REGISTRY=${NPM_CONFIG_REGISTRY}`)
  await runCommand('docker', ['build', '--force-rm', '--file', file, '--tag', name, ...given, context], { cwd: projectFolder })
  return name
}

/** Builds the image of the services from the present sources; returns its name. */
export const buildChatImage = (report: ReportProgress): Promise<string> =>
  buildImage(pinnedImages().chat, 'infra/docker/Dockerfile', '.', report)

/** Describes an image in one line: name, id, size, and whether it is a stand-in. */
export const describeImage = async (image: string): Promise<string> => {
  const output = await runCommand('docker', ['image', 'inspect', '--format', '{{.Id}} {{.Size}}', image])
  const [id = '', size = '0'] = output.trim().split(' ')
  // An image that is built here inherits the label of its base image.
  const standIn = image.endsWith(':local') ? 'on a stand-in' : 'a stand-in'
  const kind = (await labelOf(image)) === '' ? '' : `, ${standIn}`
  return `${image} (${id.replace('sha256:', '').slice(0, 12)}, ${Math.round(Number(size) / 1e6)} MB${kind})`
}
