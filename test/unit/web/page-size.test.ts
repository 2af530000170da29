import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { buildPage } from '../../../services/web/build.ts'

const mostKilobytes = 69

it('The scripts and styles of the page have at most 69 KB, compressed', async () => {
  const assets = join(await buildPage(() => undefined), 'assets')
  const sizes = readdirSync(assets).map((name) => gzipSync(readFileSync(join(assets, name)), { level: 9 }).length)
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(mostKilobytes * 1_000)
}, 60_000)
