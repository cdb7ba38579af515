// Builds the functions into the folder given as argument. A process of its own: the bundler's memory ends with it.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build, createNitro, prepare } from 'nitropack'
import { readCommandLine } from '../command-line.ts'
import { PROJECT_DIR } from '../settings.ts'

const { positionals } = readCommandLine({
  name: 'npm run build',
  about: 'Construye las funciones solas, como las lleva su imagen, en esa carpeta.',
  positionals: ['<carpeta>'],
})
const dir = positionals[0]!
const nitro = await createNitro({
  rootDir: PROJECT_DIR,
  dev: false,
  preset: 'node-server',
  buildDir: join(PROJECT_DIR, '.nitro', `build-${process.pid}`),
  output: { dir, serverDir: join(dir, 'server'), publicDir: join(dir, 'public') },
  logLevel: 1,
})
try {
  await prepare(nitro)
  await build(nitro)
} finally {
  await nitro.close()
  await rm(nitro.options.buildDir, { recursive: true, force: true })
}
