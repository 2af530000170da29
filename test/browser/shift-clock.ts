import type { BrowserContext } from 'playwright-core'

/** Makes the clock of this device wrong by so many milliseconds, for pages that are loaded from now on. Timers run as before. */
export const shiftClock = (context: BrowserContext, byMs: number): Promise<unknown> =>
  context.addInitScript(`
    const RealDate = Date
    globalThis.Date = class extends RealDate {
      constructor(...given) {
        if (given.length === 0) super(RealDate.now() + ${byMs})
        else super(...given)
      }
      static now() {
        return RealDate.now() + ${byMs}
      }
    }
  `)
