import type { Signal } from '@preact/signals'
import { signal } from '@preact/signals'
import type { ChatClient } from '../../../../shared/client/chat-client.ts'
import { serviceClock } from './service-clock.ts'

/** The network state of the device, followed until `stop`. */
export interface DeviceWatch {
  /** Whether the browser has a network; it notices before the connection does. */
  readonly hasNetwork: Signal<boolean>
  stop(): void
}

/** Connects at once, and corrects the clock, when the page becomes visible or the network comes back. */
export const watchDevice = (client: Pick<ChatClient, 'wake'>): DeviceWatch => {
  const hasNetwork = signal(navigator.onLine)
  const wake = (): void => {
    if (document.visibilityState !== 'visible') return
    client.wake()
    void serviceClock.sync()
  }
  const networkChanged = (): void => {
    hasNetwork.value = navigator.onLine
    wake()
  }
  const ending = new AbortController()
  const { signal: until } = ending
  addEventListener('online', networkChanged, { signal: until })
  addEventListener('offline', networkChanged, { signal: until })
  document.addEventListener('visibilitychange', wake, { signal: until })
  return { hasNetwork, stop: () => ending.abort() }
}
