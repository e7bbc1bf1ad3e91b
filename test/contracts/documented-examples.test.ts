import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { AuditEventRow } from '../../shared/contracts/audit-event.ts'
import { ScanCompleted } from '../../shared/contracts/scan-completed.ts'
import { FAILURE_KINDS } from '../../shared/domain/reachability.ts'

const page = readFileSync(new URL('../../docs/contracts.md', import.meta.url), 'utf8')
const examples = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json]) => JSON.parse(json ?? ''))

it('every example in docs/contracts.md is what it shows', () => {
  // Those of the event bus are in bus-event.test.ts.
  const here = examples.filter(({ source }) => source === undefined)
  expect(here.map(({ event, action }) => event ?? action)).toEqual([
    'scan.completed',
    'host.connectivity.checked',
    'host.ssh_identification.changed',
    'host.flapping.started',
    'host.flapping.stopped',
    'compliance.drift.detected',
    'scan.forgotten',
    'policy.changed',
    'fleet.hosts.added',
    'fleet.hosts.removed',
    'fleet.maintenance.started',
    'fleet.maintenance.ended',
    'prober.suspect',
    'prober.trusted',
  ])
  for (const example of here) (example.event ? ScanCompleted : AuditEventRow).parse(example)
})

it('the message in the AWS CLI example is one that is accepted', () => {
  const body = /--message-body '([\s\S]*?)'/.exec(page)?.[1]
  expect(ScanCompleted.parse(JSON.parse(body ?? ''))).toMatchObject({ event: 'scan.completed' })
})

it('every reason for a failed probe is explained', () => {
  const explained = [...page.matchAll(/^\| `(\w+)` \| /gm)].map(([, kind]) => kind)
  expect(explained).toEqual(expect.arrayContaining([...FAILURE_KINDS]))
})
