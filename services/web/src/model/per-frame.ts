/** The longest wait of an item: a hidden page gets no animation frames, not even one that it has requested. */
const mostMs = 100

/** Items that are handed over once per animation frame, in the order of adding. */
export interface PerFrame<Item> {
  add(item: Item): void
  /** Hands over the gathered items now. */
  flush(): void
}

/**
 * Gathers items and hands them over once per animation frame, in order, so
 * that a burst costs one rendering instead of one for each item.
 */
export const perFrame = <Item>(
  handle: (items: readonly Item[]) => void,
  requestFrame: (callback: () => void) => void,
): PerFrame<Item> => {
  let gathered: Item[] = []
  const flush = (): void => {
    const items = gathered
    gathered = []
    if (items.length > 0) handle(items)
  }
  return {
    add: (item) => {
      if (gathered.push(item) > 1) return
      requestFrame(flush)
      setTimeout(flush, mostMs)
    },
    flush,
  }
}
