import { readFileSync } from 'node:fs'

/** Linux counts a process's time in hundredths of a second, whatever the machine. */
const MICROS_PER_TICK = 10_000
/** Fields of /proc/<pid>/stat after the name, which may hold spaces: see proc(5). */
const USER = 11
const SYSTEM = 12
const CHILDREN_USER = 13
const CHILDREN_SYSTEM = 14

/** CPU time of a process so far; null where the system has no /proc. */
export const cpuMicros = (pid: number): number | null => ticks(pid, USER, SYSTEM)

/** CPU time of the children that have ended and been waited for. */
export const childrenCpuMicros = (pid: number): number | null => ticks(pid, CHILDREN_USER, CHILDREN_SYSTEM)

function ticks(pid: number, ...fields: number[]): number | null {
  const stat = readProc(pid, 'stat')
  if (stat === null) return null
  const values = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.reduce((sum, field) => sum + Number(values[field]) * MICROS_PER_TICK, 0)
}

/** The most that a process has had resident. */
export function peakResidentMiB(pid: number): number | null {
  const kibibytes = readProc(pid, 'status')?.match(/^VmHWM:\s*(\d+) kB$/m)?.[1]
  return kibibytes === undefined ? null : Number(kibibytes) / 1024
}

function readProc(pid: number, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
