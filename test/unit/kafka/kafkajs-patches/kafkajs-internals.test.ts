import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'

const require = createRequire(import.meta.url)
const textOf = (path: string): string => readFileSync(require.resolve(`kafkajs/${path}`), 'utf8')

/** The files whose classes infra/kafka/kafkajs-patches changes, as the patches were written for them. */
const patchedFiles = {
  'src/network/requestQueue/index.js': 'b55986089c14f8f7bfc377922e2e65b3e4c1e7c7af2752d3b10a75dfe9e9260c',
  'src/broker/index.js': '9cbea8898528c439c213080f99d86974460114f81b5034c49aeb593a0337ca90',
  'src/protocol/encoder.js': '9977889e184a9e910e4f6098c36ec6a0ca36c183aa6ead0f24191b6aa1c9a777',
  'src/consumer/consumerGroup.js': 'f3e461738585a8dc6574c647123a18afc732f81cdee4f9f7bb62e4aa1dffbfbb',
}

describe('the internals of kafkajs that are patched', () => {
  it('belong to the version for which the patches were written', () => {
    expect(JSON.parse(textOf('package.json'))).toMatchObject({ version: '2.2.4' })
  })

  it.each(Object.entries(patchedFiles))(
    'have not changed in %s; if they have, review the patch before updating the digest',
    (path, digest) => {
      expect(createHash('sha256').update(textOf(path)).digest('hex')).toBe(digest)
    },
  )
})
