import { randomUUID } from 'node:crypto'
import type { Attachment } from '../../shared/domain/events.ts'

/** A file as the store keeps it: nothing below the gateway verifies its signature. */
export const madeFile = (more: Partial<Attachment> = {}): Attachment => ({
  id: randomUUID(),
  name: 'menu.png',
  mime: 'image/png',
  size: 4,
  sha256: '0'.repeat(64),
  sig: 's'.repeat(43),
  ...more,
})
