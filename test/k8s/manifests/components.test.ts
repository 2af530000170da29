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

  it.each(components)('can each be added to the base, and are as their schemas say: %s', (component) => {
    expect(withComponent(component).flatMap(flawsOf)).toEqual([])
  })
})

describe('the Ingress', () => {
  needsRenderer()

  const ingress = () => withComponent('ingress').find(({ kind }) => kind === 'Ingress')

  it('leads to the public port and nowhere else (C10)', () => {
    const rules = JSON.stringify(ingress()?.spec?.rules)
    expect(rules.match(/"port":\{[^}]*\}/g)).toEqual(['"port":{"name":"public"}'])
  })

  it('lets proxies wait longer than a silent socket takes to be pinged and to answer (C10)', () => {
    const waits = Object.values(ingress()?.metadata.annotations ?? {}).map((value) => Number(/(\d+)s?$/.exec(value)?.[1]))
    expect(waits.length).toBeGreaterThanOrEqual(4)
    for (const seconds of waits) {
      expect(seconds * 1_000).toBeGreaterThan(defaultTimes.socketPingMs + defaultTimes.socketPongMs)
    }
  })
})
