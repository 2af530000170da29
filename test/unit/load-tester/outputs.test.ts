import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { csvOf } from '../../load/outputs/csv.ts'
import { junitOf } from '../../load/outputs/junit.ts'
import { startLiveServer } from '../../load/outputs/live-server.ts'
import { metrics, metricsRequests } from '../../load/outputs/otlp-metrics.ts'
import { createMetricsPush } from '../../load/outputs/push-metrics.ts'
import { parseThreshold } from '../../load/tester/thresholds.ts'
import { goodReport } from './report-fixture.ts'

const [second] = goodReport.seconds as [(typeof goodReport.seconds)[number]]

describe('The CSV file', () => {
  it('has a line with the names of the columns, and one for each second', () => {
    const lines = csvOf({ seconds: [{ ...second, at: 1.23456, storedP50: 0.5 }] }).split('\r\n')
    expect(lines).toEqual([
      'seconds,open_sockets,sent,confirmed,refused,frames,stored_p50_ms,stored_p99_ms,received_p50_ms,received_p99_ms,busy,iterations,active_users',
      '1.235,100,100,99,1,900,0.5,30,20,400,0.3,,',
      '',
    ])
    expect(csvOf({ seconds: [{ ...second, iterations: 4, active: 2 }] })).toMatch(/,4,2\r\n$/)
  })

  it('has no latencies for a second in which nothing arrived, so that an average is not too low', () => {
    const silent = { ...second, storedP50: 0, storedP99: 0, receivedP50: 0, receivedP99: 0 }
    expect(csvOf({ seconds: [silent] })).toContain(',,,,,0.3,,')
  })
})

describe('The JUnit file', () => {
  const thresholds = ['p99>250ms', 'stored.p50>1s'].map((text) => parseThreshold(text, { isChecked: true }).evaluate(goodReport))

  it('has the two verdicts as suites', () => {
    const xml = junitOf({ ...goodReport, thresholds })
    expect(xml).toContain('<testsuite name="correctness" tests="5" failures="0" skipped="0"')
    expect(xml).toContain('<testsuite name="thresholds" tests="2" failures="1" skipped="0"')
    expect(xml).toContain('name="p99&gt;250ms"><failure message="received p99 is 400 ms; it fails if &gt; 250 ms">')
  })

  it('has a failure for each kind of violation, with the problems', () => {
    const verdict = { lost: 2, duplicated: 0, reordered: 0, gaps: 0, other: 0, problems: ['I1: <room>\u0001'] }
    const xml = junitOf({ ...goodReport, verdict })
    expect(xml).toContain('name="nothing is lost"><failure message="2 violations">2 violations\nI1: &lt;room&gt;</failure>')
    expect(xml).toContain('tests="5" failures="1"')
  })

  it('skips the check if there was none', () => {
    expect(junitOf({ ...goodReport, verdict: undefined })).toContain('tests="5" failures="0" skipped="5"')
  })
})

/** A server that keeps the bodies of all requests. */
const collector = async (status = 200) => {
  const bodies: unknown[] = []
  const headers: unknown[] = []
  const server = createServer((request, response) => {
    headers.push(request.headers)
    void json(request).then((body) => {
      bodies.push(body)
      response.writeHead(status).end('{}')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { bodies, headers, server, url: `http://127.0.0.1:${port}/v1/metrics`, [Symbol.dispose]: () => void server.close() }
}

describe('The OTLP metrics', () => {
  it('are sums that grow and gauges of one second', () => {
    const requestOf = metricsRequests({ startMs: 1_000, id: 'run' })
    requestOf(second, 2_000)
    const request = JSON.parse(JSON.stringify(requestOf(second, 3_000)))
    const [{ resource, scopeMetrics }] = request.resourceMetrics
    expect(resource.attributes).toContainEqual({ key: 'service.name', value: { stringValue: 'chat-load' } })
    const sent = scopeMetrics[0].metrics.find(({ name }: { name: string }) => name === 'load.messages.sent')
    const times = { startTimeUnixNano: '1000000000', timeUnixNano: '3000000000' }
    expect(sent.sum).toEqual({ aggregationTemporality: 2, isMonotonic: true, dataPoints: [{ ...times, asInt: '200' }] })
    const p99 = scopeMetrics[0].metrics.find(({ name }: { name: string }) => name === 'load.received.p99')
    expect(p99).toMatchObject({ unit: 'ms', gauge: { dataPoints: [{ ...times, asDouble: 400 }] } })
  })

  it('omit latencies of a second in which nothing arrived', () => {
    const request = metricsRequests({ startMs: 0, id: 'run' })({ ...second, receivedP99: 0 }, 1_000)
    expect(JSON.stringify(request)).not.toContain('load.received.p99')
    expect(JSON.stringify(request)).toContain('load.stored.p99')
  })

  it('are all in the table of the README', () => {
    const readme = readFileSync(new URL('../../load/README.md', import.meta.url), 'utf8')
    for (const { name } of metrics) expect(readme).toContain(`\`${name}\``)
  })

  it('are sent with the headers of the environment variable', async () => {
    using target = await collector()
    const push = createMetricsPush(target.url, 'authorization=Bearer%20abc,x-tenant=one')
    push.push({ resourceMetrics: [] })
    expect(await push.end()).toBeUndefined()
    expect(target.bodies).toEqual([{ resourceMetrics: [] }])
    expect(target.headers).toMatchObject([{ 'content-type': 'application/json', authorization: 'Bearer abc', 'x-tenant': 'one' }])
  })

  it('that an endpoint refuses are reported in one line', async () => {
    using target = await collector(404)
    const push = createMetricsPush(target.url)
    push.push({})
    expect(await push.end()).toBe(`--otlp: 1 of 1 requests to ${target.url} failed: status 404`)
    target.server.close()
    const unreachable = createMetricsPush('http://127.0.0.1:1/v1/metrics')
    unreachable.push({})
    expect(await unreachable.end()).toMatch(/--otlp: 1 of 1 requests to .* failed: .+/)
  })
})

describe('The live page', () => {
  it('shows the report so far, then the final one, and ends', async () => {
    const live = await startLiveServer(0)
    expect(await (await fetch(live.url)).text()).toContain('The run has not begun')
    live.show(() => ({ ...goodReport, phase: 'sending', verdict: undefined }))
    const page = await (await fetch(live.url)).text()
    expect(page).toContain('The run has not ended: sending.')
    expect(page).toContain('Checked at the end')
    const ended = live.end(goodReport)
    const content = await (await fetch(new URL('content', live.url))).text()
    expect(content).toContain('Nothing lost, duplicated or reordered')
    expect(content).not.toContain('class="live"')
    await ended
    await expect(fetch(live.url)).rejects.toThrow()
  })

  it('answers only requests to a name of this machine', async () => {
    const live = await startLiveServer(0)
    const { port } = new URL(live.url)
    const { request } = await import('node:http')
    const foreign = request({ port, host: '127.0.0.1', headers: { host: 'evil.example' } })
    foreign.end()
    const [{ statusCode }] = (await once(foreign, 'response')) as [{ statusCode: number }]
    expect(statusCode).toBe(403)
    await live.end(undefined)
  })

  it('names the option if its port is not free', async () => {
    const first = await startLiveServer(0)
    await expect(startLiveServer(Number(new URL(first.url).port))).rejects.toThrow('--live: listen EADDRINUSE')
    await first.end(undefined)
  })
})
