import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

const root = new URL('../../../', import.meta.url)
const text = (path: string): string => readFileSync(new URL(path, root), 'utf8')
const { version } = JSON.parse(text('package.json')) as { readonly version: string }

interface Workflow {
  readonly on: object
  readonly jobs: Readonly<
    Record<string, { readonly container: { readonly image: string }; readonly steps: readonly { readonly run?: string }[] }>
  >
}

interface IssueForm {
  readonly name: string
  readonly description: string
  readonly body: readonly { readonly type: string; readonly attributes: object }[]
}

describe('The files of the project for contributors', () => {
  it('include a changelog whose newest version is that of the package', () => {
    const [, newest] = /^## (\d+\.\d+\.\d+)/m.exec(text('CHANGELOG.md')) ?? []
    expect(newest).toBe(version)
  })

  it('have one version in the package, in the lock file, and in the images of the manifests', () => {
    const lock = JSON.parse(text('package-lock.json')) as { readonly version: string }
    expect(lock.version).toBe(version)
    expect(text('k8s/overlays/prod/services/kustomization.yaml')).toContain(`newTag: ${version} }`)
  })

  it('include a workflow that runs the same check as a person does', () => {
    const { jobs } = parse(text('.github/workflows/ci.yml')) as Workflow
    const runs = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []))
    expect(runs).toEqual(['.ci/run'])
    expect(existsSync(new URL('.ci/run', root))).toBe(true)
  })

  it('run the workflow and the dev container on the version of Node that the service needs', () => {
    const [, needed = ''] = /major < (\d+)/.exec(text('shared/runtime/require-node.js')) ?? []
    const { jobs } = parse(text('.github/workflows/ci.yml')) as Workflow
    const { image } = JSON.parse(text('.devcontainer/devcontainer.json')) as { readonly image: string }
    for (const used of [jobs.all?.container.image, image]) expect(used).toMatch(new RegExp(`node:${needed}\\b`))
  })

  it.each(['bug', 'feature'])('include an issue form for a %s with fields', (name) => {
    const form = parse(text(`.github/ISSUE_TEMPLATE/${name}.yml`)) as IssueForm
    expect(form.name).not.toBe('')
    expect(form.description).not.toBe('')
    expect(form.body.length).toBeGreaterThan(1)
  })
})
