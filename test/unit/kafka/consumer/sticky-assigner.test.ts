import { describe, expect, it } from 'vitest'
import { shareSticky } from '../../../../infra/kafka/consumer/sticky-assigner.ts'

const shares = (members: Readonly<Record<string, readonly number[]>>, partitions: number) =>
  Object.fromEntries(
    shareSticky(
      Object.entries(members).map(([memberId, owned]) => ({ memberId, owned })),
      partitions,
    ),
  )

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)

describe('the sticky assignment of partitions', () => {
  it('distributes partitions evenly among members that own none', () => {
    const given = shares({ a: [], b: [], c: [] }, 8)
    expect(Object.values(given).map(({ length }) => length)).toEqual([3, 3, 2])
    expect(Object.values(given).flat().sort()).toEqual(range(0, 8))
  })

  it('keeps the partitions of a member when another member is replaced', () => {
    expect(shares({ living: [1, 3, 5], restarted: [] }, 6)).toEqual({ living: [1, 3, 5], restarted: [0, 2, 4] })
  })

  it('moves only the partitions of a dead member', () => {
    const given = shares({ a: [0, 1], b: [2, 3] }, 6)
    expect(given.a).toEqual(expect.arrayContaining([0, 1]))
    expect(given.b).toEqual(expect.arrayContaining([2, 3]))
    expect(Object.values(given).flat().sort()).toEqual(range(0, 6))
  })

  it('moves only as many partitions as a new member needs', () => {
    expect(shares({ old: range(0, 6), new: [] }, 6)).toEqual({ old: [0, 1, 2], new: [3, 4, 5] })
  })

  it('assigns each partition once, even when two members claim it or claim one that does not exist', () => {
    const given = shares({ a: [0, 0, 1, 99], b: [1, 2, -1] }, 4)
    expect(Object.values(given).flat().sort()).toEqual([0, 1, 2, 3])
  })

  it('assigns no partition to surplus members', () => {
    expect(
      Object.values(shares({ a: [], b: [], c: [] }, 2))
        .flat()
        .sort(),
    ).toEqual([0, 1])
  })
})
