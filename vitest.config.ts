import { defineConfig } from 'vitest/config'

// What stands around the stack on a server: these need nginx, Redis and other programs of the system, which .ci/run
// installs. All the rest needs npm alone.
const SERVER = ['test/production/**/*.test.ts', 'test/deployment/**/*.test.ts', 'test/backup/**/*.test.ts']

// Black boxes: a URL and a publishable key are all that they know.
const BLACK_BOXES = ['test/acceptance/*.test.ts', 'test/rest/{denial,reads,writes}.test.ts']

const patience = {
  testTimeout: 30_000,
  hookTimeout: 90_000,
}
const common = { ...patience, globalSetup: ['test/support/global-setup.ts'] }

export default defineConfig({
  test: {
    // Postgres, the gateway and the functions share the machine with the tests.
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...common,
          name: 'base',
          include: ['{docs,server,supabase,test}/**/*.test.ts'],
          exclude: SERVER,
        },
      },
      { test: { ...common, name: 'servidor', include: SERVER } },
      {
        test: { ...patience, name: 'url', globalSetup: ['test/support/url-setup.ts'], include: BLACK_BOXES },
      },
    ],
  },
})
