import { pinnedImages } from '../../../../infra/docker/pinned-images.ts'
import type { BackingName } from '../stack.ts'

/** The images to run: of the three services, and of our own. */
export type StackImages = Readonly<Record<BackingName | 'chat', string>>

/** As docker-compose.yml pins them. */
export const stackImages = (): StackImages => {
  const { services, chat } = pinnedImages()
  const { kafka, postgres, redis } = services
  if (!kafka || !postgres || !redis) throw new Error('docker-compose.yml names no image for kafka, postgres or redis')
  return { kafka, postgres, redis, chat }
}
