import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './repository.ts'

const COPIED = [
  'cli',
  'infra',
  'functions',
  'shared',
  'migrations',
  'package.json',
  'package-lock.json',
  '.npmrc',
]

/** A clone of its own, so that a run keeps its state apart from all others, and a place for temporary files. */
export function freshClone() {
  // Not under a test runner's private folder: the server may run as another account.
  const root = realpathSync(mkdtempSync('/tmp/fleet-awareness-clone-'))
  chmodSync(root, 0o755)
  for (const path of COPIED) {
    cpSync(join(ROOT, path), join(root, path), { recursive: true, preserveTimestamps: true })
  }
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'))
  // What is installed is shared, so it must not look older than the lock file: nothing is installed into it.
  utimesSync(join(root, 'package-lock.json'), 0, 0)
  return {
    root,
    write: (name: string, text: string): string => {
      const path = join(root, name)
      writeFileSync(path, text)
      return path
    },
    start: (args: readonly string[], env: NodeJS.ProcessEnv = {}, maxOpenFiles?: number) =>
      start(root, args, env, maxOpenFiles),
    /** Processes of any kind that still work for this clone. */
    processes: (): string[] =>
      execFileSync('ps', ['-axww', '-o', 'pid=,args='], { encoding: 'utf8' })
        .split('\n')
        .filter((line) => line.includes(root)),
    /** What a run has put beside the clone's own files, in the folder that it takes for temporary ones. */
    temporaryFiles: (): string[] => readdirSync(root).filter((name) => name.startsWith('fleet-awareness-')),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  }
}

export type Run = ReturnType<typeof start>

/** `npm start -- …`, with its output in pipes and in a process group of its own, as a shell starts it. */
function start(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv, maxOpenFiles?: number) {
  const { DATABASE_URL: _, ...inherited } = process.env
  const limit = maxOpenFiles === undefined ? '' : `ulimit -n ${maxOpenFiles} && `
  const child = spawn('sh', ['-c', `${limit}exec npm start -- "$@"`, 'sh', ...args], {
    cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...inherited, TMPDIR: cwd, ...env },
  })
  const run = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    run.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    run.stderr += text
  })
  const ended = once(child, 'close').then(([code]: unknown[]) => code)
  const pid = child.pid ?? 0
  return {
    output: run,
    /** Its exit code, when all of its output has come. */
    ended,
    /** What Ctrl-C does in a terminal: everything in the group gets it. */
    pressCtrlC: () => process.kill(-pid, 'SIGINT'),
    /** To npm alone, as a service manager does it. */
    signalNpm: (signal: NodeJS.Signals) => process.kill(pid, signal),
    closeStdout: () => child.stdout.destroy(),
    kill: () => {
      try {
        process.kill(-pid, 'SIGKILL')
      } catch {
        // It has ended already.
      }
    },
  }
}
