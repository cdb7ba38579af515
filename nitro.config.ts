import { dirname, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineNitroConfig } from 'nitropack/config'
import type { Plugin } from 'rollup'

const PROGRAM = "new URL('./worker.ts', import.meta.url)"
const server = (path: string) => fileURLToPath(new URL(`server/${path}`, import.meta.url))

/** The thread that draws thumbnails is a program of its own: it is put beside the server's, which is told where. */
function miniaturas(): Plugin {
  let program: string
  return {
    name: 'miniaturas',
    buildStart() {
      program = this.emitFile({ type: 'chunk', id: server('process/thumbnails/worker.ts') })
    },
    // Nitro gives import.meta a meaning of its own, until the chunks are written.
    transform: (code, id) =>
      id === server('process/thumbnails/worker-url.ts') ? code.replace(PROGRAM, '__MINIATURAS__') : null,
    renderChunk: {
      order: 'post',
      handler(code, chunk) {
        const path = relative(dirname(chunk.fileName), this.getFileName(program))
        return code.replace('__MINIATURAS__', `new URL(${JSON.stringify(path)}, import.meta.url)`)
      },
    },
  }
}

/** The functions: one Node server built into .output/server/index.mjs. */
export default defineNitroConfig({
  preset: 'node-server',
  srcDir: 'server',
  compatibilityDate: '2025-11-01',
  imports: false,
  errorHandler: './server/error.ts',
  // What the page at /docs runs in the browser, beside Scalar: part of the build; nothing is fetched from elsewhere.
  serverAssets: [
    { baseName: 'docs', dir: './docs/navegador' },
    { baseName: 'expediente', dir: './expediente/navegador' },
    // What an expediente carries to be verified, and the letters of its PDF.
    { baseName: 'verificador', dir: './expediente/verificador', pattern: '*.mjs' },
    { baseName: 'letras', dir: '../node_modules/dejavu-fonts-ttf/ttf', pattern: 'DejaVuSans{,-Bold}.ttf' },
  ],
  // There are no public files to look for at every request, nor a debugger for whom to tag every hook.
  serveStatic: false,
  replace: { 'console.createTask': 'undefined' },
  // Built for production, the process listens and ends our way; under npm run dev, Nitro runs it.
  hooks: {
    'build:before': ({ options }) => {
      if (!options.dev) options.entry = fileURLToPath(new URL('server/entry.ts', import.meta.url))
    },
  },
  rollupConfig: { plugins: [miniaturas()] },
  esbuild: { options: { target: 'node22' } },
  experimental: { tasks: true },
  scheduledTasks: {
    '* * * * *': ['kpis:plegar', 'evidencia:resumir', 'contratos:vencer', 'relaciones:escribir'],
    '17 * * * *': ['subidas:barrer', 'push:barrer', 'respaldos:vigilar', 'documentos:releer'],
    '41 * * * *': ['precios:tomar'],
    // Before the backup of 02:00, which takes the root with it; and once a week, all of it.
    '40 1 * * *': ['evidencia:anclar'],
    '30 4 * * 0': ['evidencia:verificar'],
  },
  // Neither minified nor mapped: a stack in the log names the function it happened in.
  minify: false,
  sourceMap: false,
  typescript: { generateTsConfig: false, generateRuntimeConfigTypes: false },
})
