import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createFrameReader } from '../../../services/gateway/requests/frame-reader.ts'
import { serverFrame } from '../../../shared/protocol/answers.ts'
import { defaultLimits } from '../../../shared/protocol/limits.ts'

const root = new URL('../../../', import.meta.url)
const readme = readFileSync(new URL('README.md', root), 'utf8')
const { scripts } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>
}

const matches = (pattern: RegExp): string[] => [...new Set([...readme.matchAll(pattern)].map(([, found = '']) => found))]

interface Frame {
  readonly id?: string
  readonly error?: object
}

const sent = matches(/^> (\{.*\})$/gm)
const received = matches(/^< (\{.*\})$/gm)
const idOf = (text: string): string | undefined => (JSON.parse(text) as Frame).id

describe('the README', () => {
  it.each(sent)('shows a request that the gateway reads as it says: %s', (text) => {
    const answer = received.find((other) => idOf(other) === idOf(text)) ?? '{}'
    const read = createFrameReader(defaultLimits)(text)
    expect('error' in read ? read.error : undefined).toEqual((JSON.parse(answer) as Frame).error)
  })

  it.each(received)('shows an answer as the protocol has it: %s', (text) => {
    expect(serverFrame.safeParse(JSON.parse(text)).success).toBe(true)
  })

  it('shows an answer to every request', () => {
    expect(received.map(idOf)).toEqual(sent.map(idOf))
    expect(sent.length).toBeGreaterThanOrEqual(6)
  })

  it('names only scripts that there are', () => {
    const named = matches(/\bnpm (?:run (?:-s )?)([a-z:]+)/g)
    expect(named.filter((name) => !(name in scripts))).toEqual([])
    expect(named).toContain('admin')
  })

  it('links only to files that there are', () => {
    const links = matches(/\]\(([^)#:]+)\)/g)
    expect(links.filter((path) => !existsSync(new URL(path, root)))).toEqual([])
  })
})
