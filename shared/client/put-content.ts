import type { FileUpload } from './call-types.ts'

interface PutOptions {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((part: number) => void) | undefined
}

/** The part of `XMLHttpRequest` that an upload uses; only browsers have it. */
interface BrowserRequest {
  readonly status: number
  readonly upload: { onprogress: ((event: { readonly loaded: number; readonly total: number }) => void) | null }
  onload: (() => void) | null
  onerror: (() => void) | null
  onabort: (() => void) | null
  onloadend: (() => void) | null
  open(method: string, url: string): void
  setRequestHeader(name: string, value: string): void
  send(content: Blob): void
  abort(): void
}

const { XMLHttpRequest: Request } = globalThis as { XMLHttpRequest?: new () => BrowserRequest }

/** Not `fetch`, which does not report the progress of an upload. */
const putBy = (
  request: BrowserRequest,
  { url, headers }: FileUpload['put'],
  content: Blob,
  { signal, onProgress }: PutOptions,
): Promise<number> =>
  new Promise((resolve, reject) => {
    const abort = (): void => request.abort()
    request.open('PUT', url)
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    request.upload.onprogress = ({ loaded, total }) => onProgress?.(total === 0 ? 1 : loaded / total)
    request.onload = () => resolve(request.status)
    request.onerror = () => resolve(0)
    request.onabort = () => reject(signal?.reason)
    request.onloadend = () => signal?.removeEventListener('abort', abort)
    signal?.addEventListener('abort', abort)
    request.send(content)
  })

const putByFetch = async (put: FileUpload['put'], content: Blob, { signal, onProgress }: PutOptions): Promise<number> => {
  try {
    const { status } = await fetch(put.url, { method: 'PUT', headers: put.headers, body: content, ...(signal && { signal }) })
    onProgress?.(1)
    return status
  } catch {
    signal?.throwIfAborted()
    return 0
  }
}

/** Uploads content. Resolves with the status of the answer; 0: there was none. Rejects with the reason of the abort. */
export const putContent = async (put: FileUpload['put'], content: Blob, options: PutOptions): Promise<number> => {
  options.signal?.throwIfAborted()
  return Request === undefined ? putByFetch(put, content, options) : putBy(new Request(), put, content, options)
}
