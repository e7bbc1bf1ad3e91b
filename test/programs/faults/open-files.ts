import { execFileSync } from 'node:child_process'

/** Ends the program with a plain word where the machine lets it open fewer files than it needs. */
export function refuseFewFiles(needed: number): void {
  // Node raises the soft limit to the hard one by itself.
  const limit = execFileSync('/bin/sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim()
  if (limit === 'unlimited' || Number(limit) >= needed) return
  process.stderr.write(
    `a process may open ${limit} files here, and ${needed} are needed: raise it with "ulimit -Hn ${needed}", as root\n`,
  )
  process.exit(1)
}
