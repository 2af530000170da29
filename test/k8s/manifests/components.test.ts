import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { defaultTimes } from '../../../shared/runtime/config/times.ts'
import { projectFolder } from '../../support/stack/replica.ts'
import { needsRenderer } from '../support/renderer.ts'
import { flawsOf } from '../support/schema-check.ts'
import { withComponent } from '../support/with-component.ts'

const components = readdirSync(join(projectFolder, 'k8s/components'))

describe('the components', () => {
  needsRenderer()

  it.each(components)('can each be added to the base, and match their schemas: %s', (component) => {
    expect(withComponent(component).flatMap(flawsOf)).toEqual([])
  })
})

describe('the Ingress', () => {
  needsRenderer()

  const ingress = () => withComponent('ingress').find(({ kind }) => kind === 'Ingress')

  it('routes only to the public port (C10)', () => {
    const rules = JSON.stringify(ingress()?.spec?.rules)
    expect(rules.match(/"port":\{[^}]*\}/g)).toEqual(['"port":{"name":"public"}'])
  })

  it('has proxy timeouts that exceed the ping interval and the pong timeout of a silent socket (C10)', () => {
    const waits = Object.values(ingress()?.metadata.annotations ?? {}).map((value) => Number(/(\d+)s?$/.exec(value)?.[1]))
    expect(waits.length).toBeGreaterThanOrEqual(4)
    for (const seconds of waits) {
      expect(seconds * 1_000).toBeGreaterThan(defaultTimes.socketPingMs + defaultTimes.socketPongMs)
    }
  })
})
