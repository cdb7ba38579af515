import type { TestProject } from 'vitest/node'
import { startStackProcess } from './stack.ts'

/** One stack for the whole run, with migrations and demo data, on free ports and in a folder of its own. */
export default async function setup(project: TestProject) {
  const running = await startStackProcess()
  project.provide('stack', running.stack)
  return () => running.dispose()
}
