import { readFileSync } from 'node:fs'
import { checkRun, defaultTerms, problemsOf } from '../../support/checker/check.ts'
import { markerProblems } from '../../support/checker/marker-problems.ts'
import { truthBuilder } from '../../support/checker/truth-builder.ts'
import type { CountedEvent } from '../../support/checker/unread-recount.ts'
import { historyOf } from '../../support/load/history.ts'
import { runIds } from '../../support/load/run-ids.ts'
import type { Verdict } from '../report/load-report.ts'
import type { WorkerResult } from '../workers/worker-messages.ts'

const placeOf = (frame: string): readonly [room: string, seq: number] => {
  const [, room = '', seq = ''] = /"room":"([^"]+)","seq":(\d+)/.exec(frame) ?? []
  return [room, Number(seq)]
}

const countedEvent = (frame: string): CountedEvent & { readonly room: string } =>
  JSON.parse(frame) as CountedEvent & { readonly room: string }

/** All frames without duplicates, the frames of a room in their order. */
const framesOf = (results: readonly WorkerResult[]): readonly string[] => {
  const byPlace = new Map<string, string>()
  for (const { framesFile } of results)
    for (const frame of readFileSync(framesFile, 'utf8').split('\n'))
      if (frame !== '') byPlace.set(placeOf(frame).join(' '), frame)
  return [...byPlace.values()].sort((a, b) => {
    const [[roomA, seqA], [roomB, seqB]] = [placeOf(a), placeOf(b)]
    return roomA < roomB ? -1 : roomA > roomB ? 1 : seqA - seqB
  })
}

/** Violations of J2 and J3: the stored markers against a recount of the events, and against the answers before. */
const markerViolations = (results: readonly WorkerResult[]): readonly string[] => {
  const observed = results.flatMap(({ markers }) => markers)
  const found = results.flatMap(({ markerProblems: problems }) => problems)
  if (observed.length === 0) return found
  const events = Map.groupBy(framesOf(results).map(countedEvent), ({ room }) => room)
  return [...found, ...markerProblems({ events, observed, sent: [], stored: [] })]
}

/** Compares the frames of the sockets with the lists of the service. */
export const judgeWorkers = (
  results: readonly WorkerResult[],
  tag: number,
  startMs: number,
  userIds: ReadonlyMap<number, string>,
): Verdict => {
  const ids = runIds(tag, startMs)
  const builder = truthBuilder(ids, new Map([...userIds].map(([user, id]) => [id, user])))
  for (const frame of framesOf(results)) builder.addListed(frame)
  const histories = results.map(({ historyFile }) => historyOf(readFileSync(historyFile)))
  const terms = { ...defaultTerms, memoryKib: Number.POSITIVE_INFINITY }
  const verdicts = checkRun(histories, builder.build(), terms)
  const { I1, I3, I4, I5, I6, ...others } = verdicts
  const ofMarkers = markerViolations(results)
  return {
    lost: I1.count,
    duplicated: I3.count,
    reordered: I4.count + I6.count,
    gaps: I5.count,
    other: Object.values(others).reduce((sum, { count }) => sum + count, 0) + ofMarkers.length,
    problems: [...problemsOf(verdicts), ...ofMarkers],
  }
}
