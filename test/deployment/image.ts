import { cp, mkdir, readdir, stat } from 'node:fs/promises'
import { join, matchesGlob, resolve } from 'node:path'
import { type Copy, DockerfileParser, type JSONInstruction } from 'dockerfile-ast'
import { launch } from '../support/programs.ts'

/** A stage once its steps were done. */
export interface Stage {
  from: string
  /** Where its files are; `/` in the Dockerfile. */
  root: string
  workdir: string
  env: Record<string, string>
  user: string
  cmd: string[]
  healthcheck: string
}

const words = (text: string) => text.split(/\s+/).filter(Boolean)

async function copyInto(
  sources: string[],
  from: string,
  target: string,
  ignored: string[],
  isFolder: boolean,
) {
  const isIgnored = (path: string) => ignored.some((pattern) => matchesGlob(path, pattern))
  for (const source of sources) {
    const origin = resolve(from, `./${source}`)
    const isDirectory = (await stat(origin)).isDirectory()
    const destination = isDirectory || !isFolder ? target : join(target, source.split('/').at(-1)!)
    await cp(origin, destination, {
      recursive: true,
      filter: (path) => !isIgnored(path.slice(from.length + 1)),
    })
  }
}

async function runStep(command: string, cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  const program = launch('sh', ['-c', command], { cwd, env })
  const { code } = await program.ended
  if (code !== 0) throw new Error(`RUN ${command} ended with ${code}:\n${program.output().slice(-4000)}`)
}

/**
 * Does the steps of every stage.
 * @param context where COPY takes from, and what it leaves (.dockerignore).
 * @param dir an empty folder.
 */
export async function build(
  dockerfile: string,
  context: { dir: string; ignored: string[] },
  dir: string,
  env: NodeJS.ProcessEnv,
): Promise<Record<string, Stage>> {
  const stages: Record<string, Stage> = {}
  let stage: Stage | undefined
  for (const instruction of DockerfileParser.parse(dockerfile).getInstructions()) {
    const keyword = instruction.getKeyword()
    const text = instruction.getArgumentsContent() ?? ''
    if (keyword === 'FROM') {
      const [from, , name] = words(text)
      const before = stages[from!]
      const root = before?.root ?? join(dir, name!)
      await mkdir(root, { recursive: true })
      stage = { from: from!, root, workdir: '/', env: {}, user: 'root', cmd: [], healthcheck: '', ...before }
      stage = stages[name!] = { ...stage, from: from! }
      continue
    }
    if (!stage) throw new Error(`${keyword} before FROM`)
    const here = join(stage.root, stage.workdir)
    if (keyword === 'WORKDIR') {
      stage.workdir = text
      await mkdir(join(stage.root, text), { recursive: true })
    } else if (keyword === 'ENV') {
      for (const pair of words(text)) stage.env[pair.split('=')[0]!] = pair.slice(pair.indexOf('=') + 1)
    } else if (keyword === 'COPY') {
      const flag = (instruction as Copy).getFromFlag()?.getValue()
      const paths = instruction.getArguments().map((argument) => argument.getValue())
      const target = join(here, paths.pop()!)
      const isFolder = text.trimEnd().endsWith('/')
      if (flag) await copyInto(paths, stages[flag]!.root, target, [], isFolder)
      else await copyInto(paths, context.dir, target, context.ignored, isFolder)
    } else if (keyword === 'RUN') await runStep(text, here, { ...env, ...stage.env })
    else if (keyword === 'USER') stage.user = text
    else if (keyword === 'CMD')
      stage.cmd = (instruction as JSONInstruction).getJSONStrings().map((part) => JSON.parse(part.getValue()))
    else if (keyword === 'HEALTHCHECK') stage.healthcheck = text
    else if (keyword !== 'EXPOSE') throw new Error(`${keyword} is not known here.`)
  }
  return stages
}

/** Every file under a folder. */
export const filesOf = async (dir: string) =>
  (await readdir(dir, { recursive: true, withFileTypes: true })).filter((entry) => !entry.isDirectory())
