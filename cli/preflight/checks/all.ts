import { findEngine } from '../../../infra/aws/engine.ts'
import type { Installation } from '../../../infra/aws/installation.ts'
import { createNames } from '../../../shared/domain/names.ts'
import type { Facts } from '../facts.ts'
import type { Finding } from '../finding.ts'
import { checkAccount, checkBootstrap, checkNames, checkStack } from './account.ts'
import { checkRange } from './addresses.ts'
import { checkConcurrency } from './concurrency.ts'
import { checkDatabase } from './database.ts'
import { checkQuotas, checkScheduler } from './quotas.ts'
import { checkSubnets } from './subnets.ts'
import { checkZones } from './zones.ts'

/** Judges what was read of the account: what would fail, what would surprise, and what is right. */
export function checkAll(facts: Facts, { name, settings }: Installation, hosts: number): Finding[] {
  const { stack } = createNames(name)
  return [
    ...checkAccount(facts, settings),
    ...checkBootstrap(facts),
    ...checkStack(facts, stack),
    ...checkNames(facts),
    ...checkConcurrency(facts, settings),
    ...checkZones(facts, settings.network),
    ...checkDatabase(facts, findEngine(settings.database)),
    ...checkRange(facts, settings.network, stack),
    ...checkSubnets(facts, settings),
    ...checkQuotas(facts, settings.network),
    ...checkScheduler(facts, settings, hosts),
  ]
}
