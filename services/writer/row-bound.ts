/**
 * The maximum number of rows in one append. It adapts to the speed of the store.
 *
 * Promises:  a timeout reduces the maximum to half of the rows of that append,
 *            or to half of the current maximum if that is less; a successful
 *            append of more than half of the maximum doubles it, up to the
 *            initial value.
 */
export interface RowBound {
  readonly rows: number
  onAppended(rows: number): void
  onTimeout(rows: number): void
}

export const createRowBound = (initialRows: number): RowBound => {
  let bound = initialRows
  return {
    get rows() {
      return bound
    },
    onAppended: (rows) => {
      if (rows > bound / 2) bound = Math.min(initialRows, bound * 2)
    },
    onTimeout: (rows) => {
      bound = Math.max(1, Math.floor(Math.min(bound, rows) / 2))
    },
  }
}
