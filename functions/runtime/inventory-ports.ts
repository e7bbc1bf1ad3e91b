import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import { listMachines } from '../../shared/aws/list-machines.ts'
import { insertAuditEvents } from '../../shared/db/audit-events.ts'
import type { Tx } from '../../shared/db/client.ts'
import {
  findOccupied,
  listHostsOfSource,
  releaseSharedHosts,
  saveHostsOfSource,
} from '../../shared/db/host-sources.ts'
import { markHostsDeleted } from '../../shared/db/hosts.ts'
import { readPolicy } from '../../shared/db/policy.ts'
import type { AuditEvent } from '../../shared/domain/audit-events.ts'
import type { FleetHost, SourcedHost } from '../../shared/domain/fleet-host.ts'
import { FUNCTIONS } from '../../shared/domain/functions.ts'
import type { HostId } from '../../shared/domain/ids.ts'
import type { ListedMachine } from '../../shared/domain/inventory.ts'
import { INVENTORY_KINDS, type InventorySource } from '../../shared/domain/inventory-source.ts'
import { parseAllowedAddresses } from '../../shared/domain/policy.ts'
import { type AloneDeps, OVERLAP_ENVIRONMENT } from './alone.ts'
import { IPV6, JSON_TEXT, parseEnvironment } from './config.ts'
import { depsFromEnvironment } from './deps.ts'

export type InventoryDeps = AloneDeps & {
  /** Whether probes can reach IPv6 hosts. */
  readonly hasIpv6: boolean
  readonly sources: readonly InventorySource[]
  /** The region of the function itself; undefined where it does not matter, because there is one. */
  readonly ownRegion?: string | undefined
  readonly listMachines: (
    source: InventorySource,
    instanceId: string | null,
    signal: AbortSignal,
  ) => Promise<readonly ListedMachine[]>
}

const Sources = JSON_TEXT.pipe(
  z.array(
    z.strictObject({
      kind: z.enum(INVENTORY_KINDS),
      account: z.string().regex(/^\d{12}$/),
      region: z.string().min(1),
      roleArn: z.string().min(1).nullable(),
    }),
  ),
)

const INVENTORY_ENVIRONMENT = {
  INVENTORY_SOURCES: Sources,
  /** The value of the tag that brings a machine into this fleet. */
  FLEET_TAG_VALUE: z.string().min(1),
  ...OVERLAP_ENVIRONMENT,
  IPV6,
}

/** Of the inventory function, from its environment variables. */
export function inventoryDepsFromEnvironment(env: NodeJS.ProcessEnv): InventoryDeps {
  const config = parseEnvironment(env, INVENTORY_ENVIRONMENT)
  return {
    ...depsFromEnvironment(env, 'inventory'),
    mayOverlap: config.MAY_OVERLAP === 'yes',
    hasIpv6: config.IPV6 === 'yes',
    sources: config.INVENTORY_SOURCES,
    ownRegion: config.AWS_REGION,
    listMachines: (source, instanceId, signal) =>
      listMachines(source, { tagValue: config.FLEET_TAG_VALUE, instanceId }, signal),
  }
}

/** The real ports of one run: a transaction for each source. `correlationId` is the invocation's. */
export function inventoryPorts(
  { database, now, sources, ownRegion, listMachines, hasIpv6 }: InventoryDeps,
  correlationId: string,
  instanceId: string | null,
  deadline: AbortSignal,
) {
  return {
    // EventBridge tells of the instances of its own account and region only.
    sources: instanceId === null ? sources : sources.filter((source) => isOwnInstances(source, ownRegion)),
    list: (source: InventorySource, instance: string | null) => listMachines(source, instance, deadline),
    inFleet: <T>(source: string, body: (fleet: SourceFleet) => Promise<T>): Promise<T> =>
      database
        .until(deadline)
        .transaction('write', async (tx) =>
          body({ ...(await openFleet(tx, { source, correlationId, now })), hasIpv6 }),
        ),
  }
}

const isOwnInstances = ({ kind, roleArn, region }: InventorySource, ownRegion = region): boolean =>
  kind === 'ec2' && roleArn === null && region === ownRegion

type SourceFleet = Awaited<ReturnType<typeof openFleet>> & { readonly hasIpv6: boolean }

type Run = { readonly source: string; readonly correlationId: string; readonly now: () => Date }

async function openFleet(tx: Tx, { source, correlationId, now }: Run) {
  const [policy, known] = await Promise.all([readPolicy(tx), listHostsOfSource(tx, source)])
  return {
    allowedAddresses: parseAllowedAddresses(policy),
    removeAtMostPercent: policy.remove_at_most_percent,
    known,
    findOccupied: async (hosts: readonly FleetHost[]): Promise<ReadonlySet<HostId>> =>
      new Set(hosts.length === 0 ? [] : await findOccupied(tx, hosts)),
    saveHosts: async (hosts: readonly FleetHost[]) =>
      hosts.length === 0 ? [] : saveHostsOfSource(tx, source, hosts),
    takeOut: async (hosts: readonly SourcedHost[]) => {
      if (hosts.length === 0) return []
      const own = await releaseSharedHosts(tx, source, hosts)
      return markHostsDeleted(
        tx,
        own.map(({ id }) => id),
      )
    },
    saveEvent: async (event: AuditEvent): Promise<void> => {
      const actorId = FUNCTIONS.inventory.service
      await insertAuditEvents(tx, [{ id: randomUUID(), correlationId, actorId, occurredAt: now(), event }])
    },
  }
}
