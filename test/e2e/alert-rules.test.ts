import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { findPrometheus } from '../load/observability/prometheus.ts'
import { projectFolder } from '../support/stack/replica.ts'
import { noStackReason } from '../support/stack/shared-stack.ts'

const cwd = join(projectFolder, 'infra/observability')
const promtool = async (...args: string[]): Promise<string> => {
  const { stdout, stderr } = await promisify(execFile)('promtool', args, { cwd })
  return stdout + stderr
}

describe.skipIf(noStackReason())('The alert rules', () => {
  beforeAll(findPrometheus)

  it('pass the syntax check of promtool', async () => {
    expect(await promtool('check', 'rules', 'rules.yaml')).toMatch(/SUCCESS: \d+ rules found/)
  })

  it('fire and stay quiet as rules.test.yaml states', async () => {
    expect(await promtool('test', 'rules', 'rules.test.yaml')).toContain('SUCCESS')
  })
})
