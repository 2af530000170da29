import type { IncomingMessage, ServerResponse } from 'node:http'
import { asyncapiDocument } from '../../../shared/protocol/asyncapi.ts'
import type { ProtocolLimits } from '../../../shared/protocol/limits.ts'
import type { HttpApi } from './http-api.ts'
import { apiPath } from './http-api.ts'

/** Answers a request. False: the request is not for this handler. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => boolean

/** Answers a request for a file. `origin`: that of a page that may read the answer. Never rejects. */
export type FileServer = (request: IncomingMessage, response: ServerResponse, origin: string | undefined) => Promise<void>

const filesPath = '/files/'

const plain = (response: ServerResponse, status: number, text: string): void => {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
  response.end(text)
}

/** The answer at `/` if there is no chat page. */
const front = `A chat service.

WebSocket   /ws                     described by /asyncapi.json
HTTP API    POST /api/v1/<event>    described by /api/v1/openapi.json
`

interface Routes {
  readonly limits: ProtocolLimits
  readonly api: HttpApi
  readonly page: RequestHandler | undefined
  readonly fileServer: FileServer | undefined
  readonly acceptedOrigin: (request: IncomingMessage) => string | undefined
}

/** Answers the HTTP requests of the public port: the API, the AsyncAPI document, and the page if there is one. */
export const createHttpRoutes = ({ limits, api, page, fileServer, acceptedOrigin }: Routes) => {
  let document: string | undefined
  return (request: IncomingMessage, response: ServerResponse): void => {
    const { url = '' } = request
    if (url.startsWith(apiPath)) void api.handle(request, response)
    else if (fileServer !== undefined && url.startsWith(filesPath)) void fileServer(request, response, acceptedOrigin(request))
    else if (url === '/asyncapi.json') {
      document ??= JSON.stringify(asyncapiDocument(limits))
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(document)
    } else if (page?.(request, response) === true) return
    else if (url === '/') plain(response, 200, front)
    else plain(response, 404, 'not found\n')
  }
}
