import { runCommand } from '../../../infra/native/run-command.ts'
import { containersOf, rendered } from '../support/rendered.ts'
import { kubectl } from './kubectl.ts'

const environment = (): Record<string, string> => ({ ...process.env }) as Record<string, string>

/**
 * Loads the images of the dev overlay, and further ones, into the cluster, with `kind` or with the
 * command in `K8S_LOAD_IMAGE`, which gets the name of an image as its argument.
 */
export const loadImages = async (...further: readonly string[]): Promise<void> => {
  const ofOverlay = rendered('dev').workloads.flatMap(({ pod }) => containersOf(pod).map(({ image }) => image))
  const images = new Set([...ofOverlay, ...further])
  const { K8S_LOAD_IMAGE: command } = process.env
  const [, kindName] = /^kind-(.+)$/.exec((await kubectl(['config', 'current-context'])).trim()) ?? []
  for (const image of images) {
    if (command !== undefined) await runCommand(command, [image], { env: environment() })
    else if (kindName !== undefined) {
      await runCommand('kind', ['load', 'docker-image', image, '--name', kindName], { env: environment() })
    }
  }
}
