/** Numbers from 1 that no other process of the run uses. */
export const numbering = (process: number, processes: number): (() => number) => {
  let next = process + 1
  return () => {
    const number = next
    next += processes
    return number
  }
}
