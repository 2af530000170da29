import { pinnedImages } from '../../../infra/docker/pinned-images.ts'
import type { BackingName } from '../../support/stack/stack.ts'

/** The images of Kafka, Postgres and Redis, and of the chat services. */
export type StackImages = Readonly<Record<BackingName | 'chat', string>>

/** The images that docker-compose.yml pins. */
export const stackImages = (): StackImages => {
  const { services, chat } = pinnedImages()
  const { kafka, postgres, redis } = services
  if (!kafka || !postgres || !redis) throw new Error('docker-compose.yml names no image for kafka, postgres or redis')
  return { kafka, postgres, redis, chat }
}
