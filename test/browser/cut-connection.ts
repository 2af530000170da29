import type { WebSocketRoute } from 'playwright-core'
import type { Window } from './window.ts'

/** A connection of a page that the test can cut. */
export interface CutConnection {
  cut(): void
  mend(): void
}

/** Reloads the page with a connection that the test can cut. */
export const connectionOf = async ({ page }: Pick<Window, 'page'>): Promise<CutConnection> => {
  const open = new Set<WebSocketRoute>()
  let isCut = false
  await page.routeWebSocket(/\/ws$/, (socket) => {
    if (isCut) return void socket.close({ code: 4000 })
    open.add(socket)
    socket.connectToServer()
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
  }
}
