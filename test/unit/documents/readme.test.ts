import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createFrameReader } from '../../../services/gateway/requests/frame-reader.ts'
import { serverFrame } from '../../../shared/protocol/answers.ts'
import { defaultLimits } from '../../../shared/protocol/limits.ts'

const root = new URL('../../../', import.meta.url)
const readme = readFileSync(new URL('README.md', root), 'utf8')

const matches = (pattern: RegExp): string[] => [...new Set([...readme.matchAll(pattern)].map(([, found = '']) => found))]

interface Frame {
  readonly id?: string
  readonly error?: object
}

const sent = matches(/^> (\{.*\})$/gm)
const received = matches(/^< (\{.*\})$/gm)
const idOf = (text: string): string | undefined => (JSON.parse(text) as Frame).id

describe('README.md', () => {
  it.each(sent)('shows a request that the gateway reads or refuses as shown: %s', (text) => {
    const answer = received.find((other) => idOf(other) === idOf(text)) ?? '{}'
    const read = createFrameReader(defaultLimits)(text)
    expect('error' in read ? read.error : undefined).toEqual((JSON.parse(answer) as Frame).error)
  })

  it.each(received)('shows an answer that the schemas of the protocol accept: %s', (text) => {
    expect(serverFrame.safeParse(JSON.parse(text)).success).toBe(true)
  })

  it('shows an answer to every request', () => {
    expect(received.map(idOf)).toEqual(sent.map(idOf))
    expect(sent.length).toBeGreaterThanOrEqual(6)
  })

  it('has at most 150 lines', () => {
    expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(150)
  })

  it('shows only figures of the comparison that are in the results of the benchmarks', () => {
    const [, table = ''] = /## Compared with[\s\S]*?\n((?:\|.*\n)+)/.exec(readme) ?? []
    const figures = [...table.matchAll(/(\d[\d.]*)(?:\/s| ms| µs| KB)/g)].map(([, figure = '']) => figure)
    expect(figures.length).toBeGreaterThanOrEqual(14)
    const benchmarks = readFileSync(new URL('test/bench/README.md', root), 'utf8')
    const isShown = (figure: string): boolean => new RegExp(`(?<![\\d.])${RegExp.escape(figure)}(?![\\d.]*\\d)`).test(benchmarks)
    expect(figures.filter((figure) => !isShown(figure))).toEqual([])
  })

  it.each([
    ['package.json', /"node": ">=([\d.]+)"/, /any Node ≥ ([\d.]+\d)/],
    ['infra/npm/client-package.ts', /node: '>=([\d.]+)'/, /`chat-client` \| ≥ ([\d.]+\d)/],
    ['infra/npm/testing-package.ts', /node: '>=([\d.]+)'/, /`chat-testing` \| ≥ ([\d.]+\d)/],
    ['shared/runtime/require-node.js', /major < (\d+)/, /tools \| ≥ ([\d.]+\d)/],
  ])('names the version of Node of %s', (path, inFile, inReadme) => {
    const [, wanted] = inFile.exec(readFileSync(new URL(path, root), 'utf8')) ?? []
    expect(wanted).toBeDefined()
    expect(inReadme.exec(readme)?.[1]).toBe(wanted)
  })
})
