import type * as z from 'zod'
import { OPERATE_ANSWERS } from '../../../shared/contracts/operate-answer.ts'
import { runProgram } from './run-program.ts'

const Host = OPERATE_ANSWERS.hosts.shape.hosts.element
const AuditEvent = OPERATE_ANSWERS.events.shape.events.element

export type Operator = ReturnType<typeof operatorOf>

/** Somebody with `npm run fleet` and the right to invoke the operate function, and no way to the database. */
export function operatorOf(stage: string, environment: Readonly<Record<string, string>>) {
  const run = (...args: readonly string[]) =>
    runProgram('npm', ['run', '--silent', 'fleet', '--', '--stage', stage, ...args], environment)
  const fleet = async (...args: readonly string[]): Promise<string> => {
    const { exitCode, out, said } = await run(...args)
    if (exitCode !== 0) throw new Error(`fleet ${args.join(' ')} ended with ${exitCode}:\n${said}`)
    return out
  }
  const listed = async <Line extends z.ZodType>(line: Line, ...args: readonly string[]) => {
    const out = await fleet(...args, '--json')
    return out
      .split('\n')
      .filter((text) => text !== '')
      .map((text) => line.parse(JSON.parse(text)))
  }
  return {
    /** The file becomes the fleet: hosts that are not in it leave. */
    importFleet: (file: string) => fleet('import', file, '--prune', '--yes'),
    hosts: () => listed(Host, 'hosts'),
    /** The audit log's last hour, newest first. */
    events: (action: string) => listed(AuditEvent, 'events', '--since', '1h', '--action', action),
    setPolicy: (setting: string) => fleet('policy', 'set', setting),
    /** Probes a host at once, whatever its schedule; the exit code says how it is. */
    probe: async (host: string) => (await run('probe', host)).exitCode,
  }
}
