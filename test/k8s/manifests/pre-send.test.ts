import { describe, expect, it } from 'vitest'
import { readGatewayConfig } from '../../../shared/runtime/config/config.ts'
import { chartObjects, needsHelm, productionValues } from '../support/helm.ts'
import { indexed } from '../support/rendered.ts'
import { needsRenderer } from '../support/renderer.ts'
import { comparable } from '../support/same-objects.ts'
import { flawsOf } from '../support/schema-check.ts'
import { secretNames, secretsOf } from '../support/service-config.ts'
import { prodWith } from '../support/with-component.ts'

const withCheck = () => prodWith('components/pre-send')

describe('the check before sending in prod', () => {
  needsRenderer()

  it('gives gateways, and no other process, a valid configuration with the keys of signatures from a Secret', () => {
    const { ours, environment } = indexed(withCheck())
    const [container] = ours.find(({ name }) => name === 'gateway')?.pod.containers ?? []
    if (container === undefined) throw new Error('there is no gateway')
    const key = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
    expect(secretNames(container)).toContain('WEBHOOK_SECRETS chat-webhooks')
    const config = readGatewayConfig({ ...environment(container), ...secretsOf('prod'), WEBHOOK_SECRETS: key })
    expect(config.preSend).toMatchObject({ url: 'https://hooks.example.com/check', secrets: [key], acceptsOnFailure: false })
    const others = ours.filter(({ name }) => name !== 'gateway').flatMap(({ pod }) => pod.containers)
    expect(others.flatMap((other) => Object.keys(environment(other))).filter((name) => /PRE_SEND|WEBHOOK/.test(name))).toEqual([])
  })

  it('matches the schemas of its objects', () => {
    expect(withCheck().flatMap(flawsOf)).toEqual([])
  })
})

describe('the check before sending of the chart', () => {
  needsRenderer()
  needsHelm()

  it('has the objects of the prod overlay with the lines of the README', () => {
    const flags = ['--set', 'preSend.enabled=true,preSend.config.PRE_SEND_ON_FAILURE=refuse']
    expect(comparable(chartObjects('chat', ...productionValues, ...flags))).toEqual(
      comparable(withCheck().filter(({ metadata }) => metadata.namespace !== 'chat-data')),
    )
  })
})
