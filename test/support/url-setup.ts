import type { TestProject } from 'vitest/node'
import { startStackProcess, type TestStack } from './stack.ts'

/**
 * A Supabase of which the tests know the URL and the publishable key, and nothing else: the one that SUPABASE_URL names,
 * or a stack of this run.
 */
export default async function setup(project: TestProject) {
  const { SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY, SUPABASE_ANON_KEY } = process.env
  if (SUPABASE_URL) {
    if (!SUPABASE_PUBLISHABLE_KEY && !SUPABASE_ANON_KEY)
      throw new Error('SUPABASE_URL needs SUPABASE_PUBLISHABLE_KEY or SUPABASE_ANON_KEY beside it.')
    return
  }
  const running = await startStackProcess()
  const { supabaseUrl, publishableKey } = running.stack
  project.provide('stack', { supabaseUrl, publishableKey } as TestStack)
  return () => running.dispose()
}
