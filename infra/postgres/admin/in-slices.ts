import type { Log } from '../../../shared/runtime/observability/log.ts'

/** Deletes one slice of rows; resolves with the number deleted, 0 when no such rows are left. */
export type DeleteSlice = () => Promise<number>

const slicesPerReport = 20

/**
 * Deletes slice by slice until nothing is left; resolves with the total. Each
 * slice is a transaction of its own: after an interruption, the next call
 * deletes the rest. Reports the progress every 20 slices.
 */
export const deleteInSlices = async (rows: string, log: Log, deleteSlice: DeleteSlice): Promise<number> => {
  let total = 0
  for (let slices = 1; ; slices += 1) {
    const deleted = await deleteSlice()
    if (deleted === 0) return total
    total += deleted
    if (slices % slicesPerReport === 0) log.info({ rows, deleted: total }, 'deletion in progress')
  }
}
