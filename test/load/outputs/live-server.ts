import type { ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LoadReport } from '../report/load-report.ts'
import { reportContent, reportPage } from '../report/report-page.ts'

/** The report of a run at an address of this machine, while the run takes place. */
export interface LiveServer {
  readonly url: string
  show(report: () => LoadReport): void
  /** Serves the final report to open pages, and closes. */
  end(report: LoadReport | undefined): Promise<void>
}

/** An open page asks this often. */
const pollMs = 1_000
const lastPollMs = 2 * pollMs

const headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const

/** Other names could be those of a foreign page that resolves to this machine. */
const isOwnHost = (host = ''): boolean => /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host)

const answer = (response: ServerResponse, status: number, type: string, text: string): void => {
  response.writeHead(status, { ...headers, 'content-type': `${type}; charset=utf-8` }).end(text)
}

export const startLiveServer = async (port: number): Promise<LiveServer> => {
  let latest: (() => LoadReport) | undefined
  let isFinal = false
  let lastAskedMs = Number.NEGATIVE_INFINITY
  const finalServed = Promise.withResolvers<void>()

  const server = createServer(({ url, headers: { host } }, response) => {
    if (!isOwnHost(host)) return answer(response, 403, 'text/plain', 'unknown host\n')
    if (url !== '/' && url !== '/content') return answer(response, 404, 'text/plain', 'not found\n')
    lastAskedMs = performance.now()
    const report = latest?.()
    if (report === undefined)
      return answer(response, 200, 'text/html', `<meta http-equiv="refresh" content="1">The run has not begun.`)
    if (url === '/') answer(response, 200, 'text/html', reportPage(report))
    else answer(response, 200, 'text/html', reportContent(report))
    if (isFinal) finalServed.resolve()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new Error(`--live: ${error.message}`)))
    server.listen(port, '127.0.0.1', resolve)
  })

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    show: (report) => {
      latest = report
    },
    end: async (report) => {
      const isWatched = performance.now() - lastAskedMs < lastPollMs
      if (report !== undefined && isWatched) {
        latest = () => report
        isFinal = true
        await Promise.race([finalServed.promise, sleep(lastPollMs)])
      }
      server.close()
      server.closeAllConnections()
    },
  }
}
