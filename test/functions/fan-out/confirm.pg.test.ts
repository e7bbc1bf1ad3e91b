import { describe, expect, it } from 'vitest'
import { createFanOutHandler } from '../../../functions/fan-out/handler.ts'
import { ProbeRequest } from '../../../shared/contracts/probe-request.ts'
import type { HostId } from '../../../shared/domain/ids.ts'
import { type FanOutFunction, fanOutFunction } from '../../support/functions/fan-out.ts'
import { ANSWER, environment, FAILURE, invoke, lambdaContext } from '../../support/functions/probe.ts'
import { addHosts } from '../../support/hosts.ts'

const NOON = { time: '2030-01-01T12:00:00Z' }

/** All hosts have answered, and then the first one has failed, half a minute before now. */
async function withOneFailure({ db, local }: FanOutFunction, count: number): Promise<HostId[]> {
  await using probe = environment(db, () => new Date(local.now().getTime() - 30_000))
  const hosts = await addHosts(db.sql, count)
  await db.sql`update policy set allowed_addresses = 'loopback'`
  await invoke(probe, hosts, async () => ANSWER)
  await invoke(probe, hosts.slice(0, 1), async () => FAILURE)
  return hosts
}

describe('the confirmation of failures', () => {
  it('the confirmation of failures has the probe function probe a host that failed again, with witnesses', async () => {
    await using fanOut = await fanOutFunction()
    const [failing, ...others] = await withOneFailure(fanOut, 5)
    await fanOut.run()
    const request = ProbeRequest.parse(fanOut.confirmations[0])
    expect(request.cause).toBe('confirmation')
    expect(request.hostIds[0]).toBe(failing)
    expect([...request.witnessIds].sort()).toEqual([...others].sort())
  })

  it('the confirmation of failures, when AWS refuses it, keeps no schedule from being planned, and fails the run', async () => {
    await using fanOut = await fanOutFunction()
    await withOneFailure(fanOut, 3)
    const invokeProbe = async (): Promise<never> => {
      throw new Error('AccessDeniedException')
    }
    const run = createFanOutHandler({ ...fanOut.deps, invokeProbe })
    await expect(run(NOON, lambdaContext())).rejects.toMatchObject({ name: 'ConfirmationFailedError' })
    expect(await fanOut.db.sql`select from probe_schedules where spec_hash <> ''`).toHaveLength(3)
    expect(fanOut.output.lines.map(({ message }) => message)).toContain('confirmation failed')
  })

  it('the confirmation of failures is turned off by the policy, and asks for nothing where nobody fails', async () => {
    await using fanOut = await fanOutFunction()
    await withOneFailure(fanOut, 3)
    await fanOut.db.sql`update policy set confirm_after_seconds = 0`
    await fanOut.run()
    expect(fanOut.confirmations).toEqual([])
  })
})
