import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect } from 'preact/hooks'

const gapPx = 4

/** Places a menu beside its button, inside the window. On a phone the style sheet places it. */
export const placeMenu = (menu: HTMLElement | null, anchor: HTMLElement): void => {
  if (menu === null) return
  const { left, right, top, bottom } = anchor.getBoundingClientRect()
  const { offsetWidth: width, offsetHeight: height } = menu
  const below = bottom + gapPx
  const above = top - gapPx - height
  const y = below + height <= innerHeight ? below : Math.max(gapPx, above)
  const x = left + width <= innerWidth - gapPx ? left : Math.max(gapPx, right - width)
  menu.style.setProperty('--menu-left', `${x}px`)
  menu.style.setProperty('--menu-top', `${y}px`)
}

const steps: Readonly<Record<string, (index: number, count: number) => number>> = {
  ArrowDown: (index, count) => (index + 1) % count,
  ArrowRight: (index, count) => (index + 1) % count,
  ArrowUp: (index, count) => (index - 1 + count) % count,
  ArrowLeft: (index, count) => (index - 1 + count) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
}

interface MenuActions {
  /** Places the menu again. The on-screen keyboard of a phone changes the size of the window, so a menu stays open then. */
  readonly place: () => void
  readonly close: () => void
}

/** The keys of a menu, and its end at a press outside. The focus starts on the first item. */
export const useMenu = (menu: RefObject<HTMLElement | null>, { place, close }: MenuActions): ((event: KeyboardEvent) => void) => {
  const items = (): HTMLElement[] => [...(menu.current?.querySelectorAll<HTMLElement>('button') ?? [])]
  useLayoutEffect(() => items()[0]?.focus(), [])
  useEffect(() => {
    const pressedOutside = ({ target }: PointerEvent): void => {
      if (!menu.current?.contains(target as Node)) close()
    }
    addEventListener('pointerdown', pressedOutside)
    addEventListener('resize', place)
    return () => {
      removeEventListener('pointerdown', pressedOutside)
      removeEventListener('resize', place)
    }
  }, [])
  return (event) => {
    if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault()
      return close()
    }
    const step = steps[event.key]
    if (step === undefined || event.altKey) return
    event.preventDefault()
    const all = items()
    all[step(all.indexOf(document.activeElement as HTMLElement), all.length)]?.focus()
  }
}
