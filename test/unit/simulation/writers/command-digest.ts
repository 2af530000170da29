import { createHash } from 'node:crypto'
import type { ChatCommand } from '../../../../shared/room-events/room-events.ts'

/** The part of a command that does not depend on its content. */
export interface Head {
  readonly v: 1
  readonly user: string
  readonly at: string
}

/** Adds the digest of the content, as a gateway does: the same content sent again is the same command. */
export const digested = (command: Readonly<Record<string, unknown>> & Head): ChatCommand => {
  const { at: _at, ...content } = command
  return { ...command, digest: createHash('sha1').update(JSON.stringify(content)).digest('base64url') } as ChatCommand
}
