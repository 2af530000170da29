import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { errors } from '../../shared/protocol/errors.ts'
import { journeys } from '../e2e/journeys.suite.ts'
import { until } from '../support/poll.ts'
import type { ComposeProject } from './compose/compose-project.ts'
import { bringUp } from './compose/compose-project.ts'
import { noContainersReason, providedCompose } from './provided-containers.ts'
import { rollingRestart } from './rolling-restart.ts'

const isFinal = (code: string): boolean => !(code in errors) || !errors[code as keyof typeof errors].retryable

describe.skipIf(noContainersReason())('The system of docker-compose.yml', () => {
  let project: ComposeProject
  beforeAll(async () => {
    project = await bringUp(providedCompose())
  }, 300_000)
  afterAll(() => project[Symbol.asyncDispose](), 60_000)

  it('runs two gateways and two writers', async () => {
    expect(await project.containersOf('gateway')).toHaveLength(2)
    expect(await project.containersOf('writer')).toHaveLength(2)
  })

  describe('users connected through its balancer', () => {
    journeys(() => ({ urls: [project.url] }))
  })

  it('has a Prometheus that scrapes every gateway and writer', async () => {
    await project.compose('--profile', 'observability', 'up', '--detach', '--no-build', 'prometheus')
    const isUp = async (): Promise<string[] | false> => {
      const answer = await fetch(`${project.prometheusUrl}/api/v1/query?query=up`)
      const { data } = (await answer.json()) as { data: { result: { metric: { job: string }; value: [number, string] }[] } }
      const jobs = data.result.filter(({ value }) => value[1] === '1').map(({ metric }) => metric.job)
      return jobs.length === 4 && jobs.sort()
    }
    expect(await until('four targets', isUp, { withinMs: 60_000, everyMs: 500 })).toEqual([
      'gateway',
      'gateway',
      'writer',
      'writer',
    ])
  }, 120_000)

  it('loses and duplicates nothing while every writer and gateway is restarted under load', async () => {
    const printed: string[] = []
    const shown = await rollingRestart(project, { perSecond: 50, seed: 1, print: (line) => printed.push(line) })
    expect(printed).toHaveLength(4)
    expect(shown.problems).toEqual([])
    expect({ lost: shown.lost, duplicated: shown.duplicated }).toEqual({ lost: 0, duplicated: 0 })
    expect(Object.keys(shown.refused).filter(isFinal)).toEqual([])
    // The sockets of both gateways had to reconnect, and every message was stored.
    expect(shown.connects).toBeGreaterThan(20)
    expect(shown.confirmed).toBe(shown.sent)
    expect(shown.sent).toBeGreaterThan(100)
  }, 300_000)
})
