import type { Window } from './window.ts'

/** A notification that a page has shown. */
export interface SeenNotification {
  readonly title: string
  readonly body: string
  readonly isClosed: boolean
}

/** Puts a recording in the place of the browser's notifications, which a browser without a screen does not show. */
export const followNotifications = ({ page }: Window): Promise<void> =>
  page.evaluate(() => {
    const shown: { title: string; body: string; isClosed: boolean; target: EventTarget }[] = []
    class RecordedNotification extends EventTarget {
      static permission = 'granted'
      static requestPermission = async (): Promise<string> => {
        state.askedToNotify += 1
        return 'granted'
      }
      readonly entry: (typeof shown)[number]
      constructor(title: string, { body }: { body: string }) {
        super()
        this.entry = { title, body, isClosed: false, target: this }
        shown.push(this.entry)
      }
      close(): void {
        this.entry.isClosed = true
      }
    }
    const state = {
      Notification: RecordedNotification,
      askedToNotify: 0,
      shownNotifications: shown,
      clickNotification: () => shown.at(-1)?.target.dispatchEvent(new Event('click')),
    }
    Object.assign(globalThis, state)
    Object.defineProperty(globalThis, 'askedToNotify', { get: () => state.askedToNotify })
  })

/** The notifications that the page has shown since, the oldest first. */
export const notified = ({ page }: Window): Promise<readonly SeenNotification[]> =>
  page.evaluate(() => {
    const { shownNotifications = [] } = globalThis as unknown as { shownNotifications?: SeenNotification[] }
    return shownNotifications.map(({ title, body, isClosed }) => ({ title, body, isClosed }))
  })

/** Makes the page believe that its window is hidden, for example behind another one, or visible again. */
export const setVisible = ({ page }: Window, isVisible: boolean): Promise<void> =>
  page.evaluate(
    (state) => {
      const { document } = globalThis as unknown as { readonly document: EventTarget }
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state })
      document.dispatchEvent(new Event('visibilitychange'))
    },
    isVisible ? 'visible' : 'hidden',
  )
