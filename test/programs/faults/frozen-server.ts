import { execFileSync } from 'node:child_process'
import type { Sql } from '../../../shared/db/client.ts'

/** Freezes a whole PostgreSQL server: it accepts connections, as the kernel does that, and answers nothing. */
export async function freezeServer(sql: Sql): Promise<() => void> {
  const [session] = await sql<[{ pid: number }]>`select pg_backend_pid() as pid`
  const parents = parentsOfProcesses()
  const postmaster = parents.get(session.pid)
  if (postmaster === undefined) throw new Error(`no process has the id ${session.pid}`)
  // It first: frozen, it starts no others.
  process.kill(postmaster, 'SIGSTOP')
  const pids = [...parents].flatMap(([pid, parent]) => (parent === postmaster ? [pid] : []))
  for (const pid of pids) process.kill(pid, 'SIGSTOP')
  const thaw = (): void => {
    process.off('exit', thaw)
    for (const pid of [...pids, postmaster]) process.kill(pid, 'SIGCONT')
  }
  // Frozen, it would outlive this program.
  process.once('exit', thaw)
  return thaw
}

function parentsOfProcesses(): Map<number, number> {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n')
  return new Map(
    lines.map((line): [number, number] => {
      const [pid = Number.NaN, parent = Number.NaN] = line.trim().split(/\s+/).map(Number)
      return [pid, parent]
    }),
  )
}
