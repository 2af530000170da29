import type { WebSocketRoute } from 'playwright-core'
import type { Window } from './window.ts'

/** A connection of a page that the test can cut, and that can hold back answers. */
export interface CutConnection {
  cut(): void
  mend(): void
  /** Holds back the answers to requests of this event. */
  hold(event: string): void
  /** Sends the answers that were held back, and holds back no more. */
  release(): void
}

/** Reloads the page with a connection that the test can cut. */
export const connectionOf = async ({ page }: Pick<Window, 'page'>): Promise<CutConnection> => {
  const open = new Set<WebSocketRoute>()
  let isCut = false
  let heldEvent: string | undefined
  let held: (() => void)[] = []
  await page.routeWebSocket(/\/ws$/, (socket) => {
    if (isCut) return void socket.close({ code: 4000 })
    open.add(socket)
    socket.connectToServer().onMessage((frame) => {
      const isHeld = heldEvent !== undefined && String(frame).includes(`"event":"${heldEvent}"`)
      if (isHeld) held.push(() => socket.send(frame))
      else socket.send(frame)
    })
  })
  await page.reload()
  await page.getByRole('textbox', { name: /^Message to/ }).waitFor()
  return {
    cut: () => {
      isCut = true
      for (const socket of open) void socket.close({ code: 4000 })
      open.clear()
    },
    mend: () => {
      isCut = false
    },
    hold: (event) => {
      heldEvent = event
    },
    release: () => {
      heldEvent = undefined
      for (const send of held) send()
      held = []
    },
  }
}
