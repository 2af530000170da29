import type { TestProjectInlineConfiguration } from 'vitest/config'
import { defineConfig } from 'vitest/config'
import { summaryReporter } from './test/support/summary/summary-reporter.ts'

const ownStacks = 'test/support/stack/**/*.test.ts'
const securedStacks = 'test/security/secured/**/*.test.ts'
const sharesStack = 'test/support/stack/shared-stack.test.ts'

/** Needs a container engine: with `STACK=docker` only. */
const containers: TestProjectInlineConfiguration = {
  extends: true,
  test: {
    name: 'containers',
    include: ['test/containers/**/*.test.ts'],
    globalSetup: ['test/containers/global-setup.ts'],
    sequence: { groupOrder: 4 },
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
}

/**
 * Three projects, one after another: what needs nothing, what shares one stack
 * of real services, and what harms, or guards,
 * the stack that it has to itself.
 */
export default defineConfig({
  test: {
    reporters: ['default', summaryReporter()],
    allowOnly: false,
    passWithNoTests: false,
    retry: 0,
    projects: [
      ...(process.env.STACK === 'docker' ? [containers] : []),
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/{unit,architecture}/**/*.test.ts', 'test/k8s/manifests/**/*.test.ts', 'test/support/**/*.test.ts'],
          exclude: [ownStacks],
          sequence: { groupOrder: 1 },
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'stack',
          include: ['test/{contract,e2e,security,browser}/**/*.test.ts', sharesStack],
          exclude: [securedStacks],
          globalSetup: ['test/support/stack/global-setup.ts'],
          sequence: { groupOrder: 2 },
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          include: ['test/{faults,bench}/**/*.test.ts', securedStacks, ownStacks],
          exclude: [sharesStack],
          sequence: { groupOrder: 3 },
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
