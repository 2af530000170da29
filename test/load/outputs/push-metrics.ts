/** Sends requests to an OTLP endpoint in the background. */
export interface MetricsPush {
  push(request: object): void
  /** Waits for the last request; returns a line about failed requests, or undefined. */
  end(): Promise<string | undefined>
}

const withinMs = 5_000
/** Further requests are dropped while the endpoint is this far behind. */
const openMost = 5

/** `a=b,c=d`, as in OTEL_EXPORTER_OTLP_HEADERS. */
const headersIn = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split(',')
      .filter((pair) => pair.includes('='))
      .map((pair) => {
        const [name = '', ...value] = pair.split('=')
        return [name.trim(), decodeURIComponent(value.join('=').trim())]
      }),
  )

/** The run never waits for the endpoint, and does not fail with it. */
export const createMetricsPush = (url: string, headers = process.env.OTEL_EXPORTER_OTLP_HEADERS ?? ''): MetricsPush => {
  const all = { 'content-type': 'application/json', ...headersIn(headers) }
  const open = new Set<Promise<void>>()
  let pushed = 0
  let failed = 0
  let reason = ''

  const send = async (request: object): Promise<void> => {
    const signal = AbortSignal.timeout(withinMs)
    const response = await fetch(url, { method: 'POST', headers: all, body: JSON.stringify(request), signal })
    await response.arrayBuffer()
    if (!response.ok) throw new Error(`status ${response.status}`)
  }

  const note = (error: Error): void => {
    failed += 1
    const { cause } = error
    reason = cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : error.message
  }

  return {
    push: (request) => {
      pushed += 1
      if (open.size >= openMost) return note(new Error('the endpoint is too slow'))
      const sending: Promise<void> = send(request)
        .catch(note)
        .finally(() => open.delete(sending))
      open.add(sending)
    },
    end: async () => {
      await Promise.all(open)
      return failed === 0 ? undefined : `--otlp: ${failed} of ${pushed} requests to ${url} failed: ${reason}`
    },
  }
}
