/**
 * The bound of one append by rows.
 *
 * Promises:  an append that takes too long halves the bound, to less than that
 *            append had; one that uses more than half of it and succeeds
 *            doubles it, up to where it began.
 */
export interface RowBound {
  readonly rows: number
  onAppended(rows: number): void
  onTimeout(rows: number): void
}

export const createRowBound = (most: number): RowBound => {
  let bound = most
  return {
    get rows() {
      return bound
    },
    onAppended: (rows) => {
      if (rows > bound / 2) bound = Math.min(most, bound * 2)
    },
    onTimeout: (rows) => {
      bound = Math.max(1, Math.floor(Math.min(bound, rows) / 2))
    },
  }
}
