import { expect, it } from 'vitest'
import { createProbeHandler } from '../../../functions/probe/handler.ts'
import { BEHAVIOURS, startLoopbackHost } from '../../../infra/local/demonstration/loopback-host.ts'
import { METRIC_NAMESPACE, PROBE_METRICS } from '../../../shared/domain/metrics.ts'
import { environment, lambdaContext, type Output } from '../../support/functions/probe.ts'
import { addHosts } from '../../support/hosts.ts'
import { freshDatabase } from '../../support/postgres/database.ts'

const ENVIRONMENTS = 8
const INVOCATIONS_EACH = 4
const HOSTS = 40

type EmfLine = {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string
      readonly Metrics: readonly { readonly Name: string }[]
    }[]
  }
  readonly [name: string]: unknown
}

/** The sum of each metric, as CloudWatch adds it up from log lines in the embedded metric format. */
function sumOfMetrics(outputs: readonly Output[]): Map<string, number> {
  const sums = new Map<string, number>()
  const emfLines = outputs.flatMap(({ lines }) => lines.filter((line): line is EmfLine => '_aws' in line))
  for (const line of emfLines) {
    for (const { Namespace, Metrics } of line._aws.CloudWatchMetrics) {
      expect(Namespace).toBe(METRIC_NAMESPACE)
      for (const { Name } of Metrics) {
        const values = [line[Name]].flat().map(Number)
        sums.set(
          Name,
          values.reduce((sum, value) => sum + value, sums.get(Name) ?? 0),
        )
      }
    }
  }
  return sums
}

it('the metrics of concurrent invocations add up to what the database says of their probes', async () => {
  await using db = await freshDatabase()
  // Half the fleet answers, slowly enough for the invocations to meet; nothing listens where the other half is.
  await using answering = await startLoopbackHost(BEHAVIOURS.slow)
  await using dead = await startLoopbackHost(BEHAVIOURS.dead)
  const hostIds = await addHosts(db.sql, HOSTS)
  await db.sql`update hosts set port = case when port % 2 = 0 then ${answering.port}::int else ${dead.port}::int end`
  const startedAt = new Date()

  const environments = Array.from({ length: ENVIRONMENTS }, () => environment(db))
  const outcomes = await Promise.all(
    environments.map(async (deps) => {
      const handler = createProbeHandler(deps)
      const answers = []
      // As in Lambda, one environment handles one event at a time.
      for (let i = 0; i < INVOCATIONS_EACH; i++) answers.push(await handler({ hostIds }, lambdaContext()))
      await deps[Symbol.asyncDispose]()
      return answers.flatMap((answer) => answer.outcomes.map(({ outcome }) => outcome))
    }),
  )

  const sums = sumOfMetrics(environments.map(({ output }) => output))
  const [liveness] = await db.sql<{ successes: number; failures: number; probed_since: boolean }[]>`
    select sum(consecutive_successes)::int as successes, sum(consecutive_failures)::int as failures,
      bool_and(last_probe_at between ${startedAt} and ${new Date()}) as probed_since
    from host_liveness`
  const [audit] = await db.sql<{ changes: number; went_down: number }[]>`
    select count(*)::int as changes,
      (count(*) filter (where detail ->> 'new_status' = 'unreachable'))::int as went_down
    from audit_events`

  // No host's answer changes, so the counters of its row are all that were ever counted.
  expect(sums.get(PROBE_METRICS.successes)).toBe(liveness?.successes)
  expect(sums.get(PROBE_METRICS.failures)).toBe(liveness?.failures)
  expect(sums.get(PROBE_METRICS.transitions)).toBe(audit?.changes)
  expect(sums.get(PROBE_METRICS.wentDown)).toBe(audit?.went_down)
  expect([audit?.changes, audit?.went_down]).toEqual([HOSTS, HOSTS / 2])
  expect(liveness?.probed_since).toBe(true)

  const all = outcomes.flat()
  const inFlight = all.filter((outcome) => outcome === 'in_flight').length
  expect(inFlight).toBeGreaterThan(0)
  expect(sums.get(PROBE_METRICS.inFlight)).toBe(inFlight)
  expect((sums.get(PROBE_METRICS.probes) ?? 0) + inFlight).toBe(ENVIRONMENTS * INVOCATIONS_EACH * HOSTS)
  expect(all).toHaveLength(ENVIRONMENTS * INVOCATIONS_EACH * HOSTS)
})
