import { defineConfig } from 'vitest/config'
import { summaryReporter } from '../reporter/summary-reporter.ts'

/** `npm run test:k8s`: tests on a real cluster, separate from the other projects. */
export default defineConfig({
  test: {
    name: 'k8s',
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/k8s/cluster/**/*.test.ts'],
    reporters: ['verbose', summaryReporter()],
    allowOnly: false,
    retry: 0,
    fileParallelism: false,
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
})
