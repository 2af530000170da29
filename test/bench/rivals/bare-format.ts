import { chatFormat } from '../../support/load/chat-format.ts'
import type { WireFormat } from '../../support/load/wire-format.ts'

/** A bare `ws` server, which receives the members of each room and sends the same frames as the service. */
export const bareFormat: WireFormat = { ...chatFormat, createdFrames: 0 }
