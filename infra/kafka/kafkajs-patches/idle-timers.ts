import RequestQueue from 'kafkajs/src/network/requestQueue/index.js'

/** The driver's own interval. */
const leastMs = 10

/**
 * kafkajs sets a timer with a negative delay again and again while a connection
 * is open, which costs an idle process 5 % of a core. This replacement sets a
 * timer only while requests wait.
 */
function scheduleWhilePending(this: RequestQueue): void {
  if (this.pending.length === 0 || this.throttleCheckTimeoutId !== null) return
  const delayMs = Math.max(this.throttledUntil - Date.now(), leastMs)
  this.throttleCheckTimeoutId = setTimeout(() => {
    this.throttleCheckTimeoutId = null
    this.checkPendingRequests()
  }, delayMs)
}

/** Applies the patch to all clients of this process. Idempotent. */
export const stopIdleTimers = (): void => {
  RequestQueue.prototype.scheduleCheckPendingRequests = scheduleWhilePending
}
