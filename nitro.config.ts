import { fileURLToPath } from 'node:url'
import { defineNitroConfig } from 'nitropack/config'

/** The functions: one Node server built into .output/server/index.mjs. */
export default defineNitroConfig({
  preset: 'node-server',
  srcDir: 'server',
  compatibilityDate: '2025-11-01',
  imports: false,
  errorHandler: './server/error.ts',
  // What the page at /docs runs in the browser, beside Scalar: part of the build; nothing is fetched from elsewhere.
  serverAssets: [{ baseName: 'docs', dir: './docs/navegador' }],
  // There are no public files to look for at every request, nor a debugger for whom to tag every hook.
  serveStatic: false,
  replace: { 'console.createTask': 'undefined' },
  // Built for production, the process listens and ends our way; under npm run dev, Nitro runs it.
  hooks: {
    'build:before': ({ options }) => {
      if (!options.dev) options.entry = fileURLToPath(new URL('server/entry.ts', import.meta.url))
    },
  },
  esbuild: { options: { target: 'node22' } },
  experimental: { tasks: true },
  scheduledTasks: {
    '* * * * *': ['kpis:plegar'],
    '17 * * * *': ['subidas:barrer', 'push:barrer', 'respaldos:vigilar'],
    '41 * * * *': ['precios:tomar'],
  },
  // Neither minified nor mapped: a stack in the log names the function it happened in.
  minify: false,
  sourceMap: false,
  typescript: { generateTsConfig: false, generateRuntimeConfigTypes: false },
})
