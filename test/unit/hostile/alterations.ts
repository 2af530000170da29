import fc from 'fast-check'

/** The number of runs of a property; `FUZZ_RUNS` sets it for longer tests. */
export const fuzzRuns = (usual: number): number => {
  const asked = Number(process.env.FUZZ_RUNS ?? '')
  return Number.isInteger(asked) && asked > 0 ? asked : usual
}

/** One random change of bytes. */
type Mutation = (bytes: Buffer) => Buffer

const at = (bytes: Buffer, place: number): number => (bytes.length === 0 ? 0 : place % bytes.length)

const place = fc.nat({ max: 1_000_000 })
const byte = fc.integer({ min: 0, max: 255 })

const flipped = fc.tuple(place, fc.nat({ max: 7 })).map(
  ([where, bit]): Mutation =>
    (bytes) => {
      const copy = Buffer.from(bytes)
      const index = at(bytes, where)
      if (copy.length > 0) copy[index] = (copy[index] ?? 0) ^ (1 << bit)
      return copy
    },
)
const replaced = fc.tuple(place, byte).map(
  ([where, value]): Mutation =>
    (bytes) => {
      const copy = Buffer.from(bytes)
      if (copy.length > 0) copy[at(bytes, where)] = value
      return copy
    },
)
const inserted = fc.tuple(place, fc.uint8Array({ minLength: 1, maxLength: 8 })).map(
  ([where, some]): Mutation =>
    (bytes) => {
      const index = at(bytes, where)
      return Buffer.concat([bytes.subarray(0, index), some, bytes.subarray(index)])
    },
)
const removed = fc.tuple(place, fc.integer({ min: 1, max: 16 })).map(
  ([where, count]): Mutation =>
    (bytes) => {
      const index = at(bytes, where)
      return Buffer.concat([bytes.subarray(0, index), bytes.subarray(index + count)])
    },
)
const truncated = place.map(
  (where): Mutation =>
    (bytes) =>
      bytes.subarray(0, at(bytes, where)),
)
const doubled = fc.tuple(place, fc.integer({ min: 1, max: 64 })).map(
  ([where, count]): Mutation =>
    (bytes) => {
      const index = at(bytes, where)
      return Buffer.concat([bytes.subarray(0, index + count), bytes.subarray(index)])
    },
)

/** Valid bytes with one to four changes. */
export const mutated = (valid: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> =>
  fc
    .tuple(valid, fc.array(fc.oneof(flipped, replaced, inserted, removed, truncated, doubled), { minLength: 1, maxLength: 4 }))
    .map(([bytes, changes]) => changes.reduce((changed, change) => change(changed), bytes))

type Path = readonly (string | number)[]

const pathsOf = (value: unknown, path: Path = []): Path[] => {
  if (typeof value !== 'object' || value === null) return [path]
  const inner = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return [path, ...inner.flatMap(([key, member]) => pathsOf(member, [...path, key]))]
}

const withValue = (value: unknown, [first, ...rest]: Path, change: (member: unknown) => unknown): unknown => {
  if (first === undefined) return change(value)
  const copy = structuredClone(value) as Record<string | number, unknown>
  copy[first] = withValue(copy[first], rest, change)
  return copy
}

/** A JSON value with one part replaced or added. */
export const disturbed = (value: unknown): fc.Arbitrary<unknown> =>
  fc
    .tuple(
      fc.constantFrom(...pathsOf(value)),
      fc.oneof(fc.jsonValue(), fc.string(), fc.double(), fc.bigInt().map(String)),
      fc.boolean(),
      fc.string(),
    )
    .map(([path, other, isAdded, key]) =>
      withValue(value, path, (member) =>
        isAdded && typeof member === 'object' && member !== null && !Array.isArray(member) ? { ...member, [key]: other } : other,
      ),
    )
