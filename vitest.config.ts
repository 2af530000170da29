import { globSync, readFileSync } from 'node:fs'
import type { TestProjectInlineConfiguration } from 'vitest/config'
import { defineConfig } from 'vitest/config'
import { summaryReporter } from './test/reporter/summary-reporter.ts'

const embeddedDatabases = 'test/unit/postgres/pglite/**/*.test.ts'
/**
 * Test files that need a process of their own: some replace modules or change classes of the Kafka driver for the whole
 * process, others start threads (the mutants) or programs (kustomize, helm).
 */
const ownProcesses = [
  'test/unit/simulation/mutants/mutants.test.ts',
  'test/k8s/manifests/**/*.test.ts',
  'test/unit/room-events/made-up-event.test.ts',
  'test/unit/kafka/kafkajs-patches/**/*.test.ts',
  'test/unit/tls/new-connections.test.ts',
  // Starts a process, and loads the official parser for seconds.
  'test/unit/protocol/asyncapi.test.ts',
  // Starts threads, and runs in real time.
  'test/unit/load-tester/run-scenario.test.ts',
]
const isDocker = process.env.STACK === 'docker'
const securedStacks = 'test/security/secured/**/*.test.ts'
const sharesStack = 'test/stack/shared-stack.test.ts'
const onSharedStack = ['test/{contract,e2e,security,browser}/**/*.test.ts', sharesStack]
/** Each of these files starts services of its own, and mostly waits for them. */
const ownStacks = ['test/stack/**/*.test.ts', securedStacks, 'test/faults/{kafka,redis}-*.test.ts']

/** Test files that need no services, or only the embedded chat. `npm test` runs them; a stack of containers changes nothing for them. */
const withoutStack = (): string[] =>
  globSync(onSharedStack).filter((file) => !readFileSync(file, 'utf8').includes('support/stack/shared-stack.ts'))

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
 * Projects run in the order of their groups: `unit` and `processes` need no
 * services, the tests of `stack` share one stack of real services, and each test
 * file of `own-stacks` and `faults` has a stack of its own. Files of `faults` run
 * alone, because they measure times or compute much. Tests of `unit` run in one
 * process per worker; those of `processes` start child processes, or need a process
 * of their own.
 */
export default defineConfig({
  test: {
    reporters: ['default', summaryReporter()],
    allowOnly: false,
    passWithNoTests: false,
    retry: 0,
    projects: [
      ...(isDocker ? [containers] : []),
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/{unit,architecture}/**/*.test.ts'],
          exclude: [embeddedDatabases, ...ownProcesses],
          sequence: { groupOrder: 1 },
          maxWorkers: 2,
          // Half of the CPU time of these files was the start of a process and the loading of modules for each.
          isolate: false,
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'processes',
          include: ['test/reporter/**/*.test.ts', embeddedDatabases, ...ownProcesses],
          sequence: { groupOrder: 1 },
          maxWorkers: 2,
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'stack',
          include: onSharedStack,
          exclude: [securedStacks, ...(isDocker ? withoutStack() : [])],
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
          name: 'own-stacks',
          include: ownStacks,
          exclude: [sharesStack],
          sequence: { groupOrder: 2 },
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          include: ['test/{faults,bench}/**/*.test.ts'],
          exclude: ownStacks,
          sequence: { groupOrder: 3 },
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
