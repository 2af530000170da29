/** Resolves when the service is ready for traffic; rejects otherwise. */
export const probeReady = async (internalUrl: string): Promise<void> => {
  const answer = await fetch(`${internalUrl}/readyz`, { signal: AbortSignal.timeout(1_000) })
  const body = await answer.text()
  if (answer.status !== 200) throw new Error(`/readyz answered ${answer.status}: ${body}`)
}
