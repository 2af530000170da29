import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { kubectl } from '../cluster/kubectl.ts'

const folder = mkdtempSync(join(tmpdir(), 'fake-kubectl-'))
const { PATH: path = '' } = process.env

beforeAll(() => {
  writeFileSync(join(folder, 'kubectl'), '#!/bin/sh\nexec 0<&-\necho created\n')
  chmodSync(join(folder, 'kubectl'), 0o755)
  process.env.PATH = `${folder}${delimiter}${path}`
})
afterAll(() => {
  process.env.PATH = path
  rmSync(folder, { recursive: true })
})

it('returns the output of a kubectl that ends without reading its input', async () => {
  expect(await kubectl(['apply', '-f', '-'], 'a'.repeat(1_000_000))).toBe('created\n')
})
