/** What `idle-queue.ts` knows of the driver's inside; the driver's version is pinned, and a test holds it. */
declare module 'kafkajs/src/network/requestQueue/index.js' {
  class RequestQueue {
    constructor(options: object)
    pending: unknown[]
    throttledUntil: number
    throttleCheckTimeoutId: NodeJS.Timeout | null
    checkPendingRequests(): void
    scheduleCheckPendingRequests(): void
    push(request: object): void
  }
  export = RequestQueue
}
