import RequestQueue from 'kafkajs/src/network/requestQueue/index.js'

/** As often as the driver itself looks again. */
const leastMs = 10

/**
 * The driver arms a timer of a negative delay again and again for as long as a
 * connection lives, which costs an idle process a twentieth of a core. Here a
 * timer is armed only while requests wait.
 */
function scheduleWhilePending(this: RequestQueue): void {
  if (this.pending.length === 0 || this.throttleCheckTimeoutId !== null) return
  const delayMs = Math.max(this.throttledUntil - Date.now(), leastMs)
  this.throttleCheckTimeoutId = setTimeout(() => {
    this.throttleCheckTimeoutId = null
    this.checkPendingRequests()
  }, delayMs)
}

/** Lets idle connections rest, for all clients of this process. May be called again. */
export const stopIdleTimers = (): void => {
  RequestQueue.prototype.scheduleCheckPendingRequests = scheduleWhilePending
}
