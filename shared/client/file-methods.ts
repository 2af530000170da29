import type { RequestEvent } from '../protocol/requests.ts'
import type { FileAddress, FileUpload } from './call-types.ts'
import type { FrameBody } from './frames.ts'
import type { RoomCalls } from './room-calls.ts'

/** Sends a request about a room that is not a command. */
export type AskRoom = (event: RequestEvent, room: string, body: object, signal?: AbortSignal) => Promise<FrameBody>

/** Creates the methods of a client that concern files. `service`: the URL of the socket. */
export const createFileMethods = (ask: AskRoom, service: URL): Pick<RoomCalls, 'createUpload' | 'files'> => {
  /** The address of a file in the service itself has no host. The service may be below a path of a proxy. */
  const absolute = (url: string): string => new URL(url.replace(/^\//, './'), service.href.replace('ws', 'http')).href
  return {
    createUpload: async (room, file, { signal } = {}) => {
      const upload = (await ask('create-upload', room, { file }, signal)) as unknown as FileUpload
      return { ...upload, put: { ...upload.put, url: absolute(upload.put.url) } }
    },
    files: async (room, messages, { signal } = {}) => {
      const { files, expires_at } = await ask('get-files', room, { messages }, signal)
      return (files as FileAddress[]).map((file) => ({ ...file, url: absolute(file.url), expires_at: expires_at as string }))
    },
  }
}
