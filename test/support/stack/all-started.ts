/**
 * Waits until every start has ended, well or not, then gives the results or
 * throws the first failure, so that no start is pending when the caller cleans up.
 */
export const allStarted = async <T extends readonly unknown[]>(
  starts: readonly [...{ [K in keyof T]: Promise<T[K]> }],
): Promise<T> => {
  await Promise.allSettled(starts)
  return Promise.all(starts) as unknown as Promise<T>
}
