import { defineConfig } from 'vitest/config'

/** Apart from the other tests: it deploys into an emulator, and waits for EventBridge Scheduler's minutes. */
export default defineConfig({
  test: {
    name: 'deploy',
    include: ['test/programs/deploy/**/*.deploy.test.ts'],
    root: new URL('../../..', import.meta.url).pathname,
    // Each step stands on the one before.
    bail: 1,
    // One account at a time: each is an emulator with all functions.
    fileParallelism: false,
    reporters: ['verbose'],
    testTimeout: 300_000,
    hookTimeout: 600_000,
  },
})
