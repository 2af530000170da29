/**
 * Keeps the files of one build of the page on the device, so that the page
 * opens without a network. The files hold no user's data.
 *
 * Promises:  with a network, the page itself comes from the service; files of
 *            two builds are never mixed.
 */

/** Replaced by the build: the addresses of all files besides the worker, and a hash that changes with them. */
declare const __PAGE_FILES__: readonly string[]
declare const __PAGE_HASH__: string

interface ExtendableEvent {
  waitUntil(work: Promise<unknown>): void
}

interface FetchEvent {
  readonly request: Request
  respondWith(answer: Promise<Response>): void
}

/** The used part of `ServiceWorkerGlobalScope`. The compiler's types of workers exclude those of pages. */
interface WorkerScope {
  readonly registration: { readonly scope: string }
  readonly clients: { claim(): Promise<void> }
  skipWaiting(): Promise<void>
  addEventListener(type: 'install' | 'activate', listener: (event: ExtendableEvent) => void): void
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void
}

const worker = globalThis as unknown as WorkerScope
const { scope } = worker.registration

/** Pages below several paths of one origin share its caches. */
const prefix = `page ${scope} `
const name = prefix + __PAGE_HASH__
const files: ReadonlySet<string> = new Set(__PAGE_FILES__.map((file) => new URL(file, scope).href))

const install = async (): Promise<void> => {
  const cache = await caches.open(name)
  await cache.addAll([...files])
  await worker.skipWaiting()
}

const activate = async (): Promise<void> => {
  const others = (await caches.keys()).filter((other) => other.startsWith(prefix) && other !== name)
  await Promise.all(others.map((other) => caches.delete(other)))
  await worker.clients.claim()
}

const kept = async (address: string): Promise<Response | undefined> => (await caches.open(name)).match(address)

/** A proxy answers with such a status while the service is down. */
const firstServerError = 500

const fromService = async (request: Request, address: string): Promise<Response> => {
  try {
    const answer = await fetch(request)
    return answer.status < firstServerError ? answer : ((await kept(address)) ?? answer)
  } catch (error) {
    const page = await kept(address)
    if (page === undefined) throw error
    return page
  }
}

const fromDevice = async (request: Request, address: string): Promise<Response> => (await kept(address)) ?? fetch(request)

worker.addEventListener('install', (event) => event.waitUntil(install()))
worker.addEventListener('activate', (event) => event.waitUntil(activate()))
worker.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  const address = origin + pathname
  if (request.method !== 'GET' || !files.has(address)) return
  event.respondWith(address === scope ? fromService(request, address) : fromDevice(request, address))
})
