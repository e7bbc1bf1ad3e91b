import { DescribeAddressesCommand, EC2Client, paginateDescribeVpcs } from '@aws-sdk/client-ec2'
import {
  GetServiceQuotaCommand,
  paginateListServiceQuotas,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas'
import type { Facts } from '../facts.ts'
import { clientSettings } from './client-settings.ts'
import { reading } from './reading.ts'

/** "VPCs per Region" and "EC2-VPC Elastic IPs", in Service Quotas. */
const VPCS = { ServiceCode: 'vpc', QuotaCode: 'L-F678F1CE' }
const ADDRESSES = { ServiceCode: 'ec2', QuotaCode: 'L-0263D0A3' }

/** Reads the quotas of VPCs and of Elastic IP addresses, and how many exist. */
export const readQuotas = (): Promise<NonNullable<Facts['quotas']>> =>
  reading('servicequotas:GetServiceQuota, ec2:DescribeVpcs and ec2:DescribeAddresses', async () => {
    const quotas = new ServiceQuotasClient(clientSettings())
    const ec2 = new EC2Client(clientSettings())
    const readLimit = async (quota: typeof VPCS): Promise<number> => {
      const { Quota } = await quotas.send(new GetServiceQuotaCommand(quota))
      if (Quota?.Value === undefined) throw new Error(`Service Quotas does not say ${quota.QuotaCode}`)
      return Quota.Value
    }
    const [vpcs, addresses, usedVpcs, { Addresses = [] }] = await Promise.all([
      readLimit(VPCS),
      readLimit(ADDRESSES),
      countVpcs(ec2),
      ec2.send(new DescribeAddressesCommand()),
    ])
    return {
      vpcs: { limit: vpcs, used: usedVpcs },
      addresses: { limit: addresses, used: Addresses.length },
    }
  })

async function countVpcs(client: EC2Client): Promise<number> {
  let count = 0
  for await (const { Vpcs = [] } of paginateDescribeVpcs({ client }, {})) count += Vpcs.length
  return count
}

/** Reads Scheduler's quotas by their names, which its documentation gives and their codes it does not. */
export const readSchedulerQuotas = (): Promise<Facts['schedulerQuotas']> =>
  reading('servicequotas:ListServiceQuotas', async () => {
    const client = new ServiceQuotasClient(clientSettings())
    const values = new Map<string, number>()
    for await (const { Quotas = [] } of paginateListServiceQuotas({ client }, { ServiceCode: 'scheduler' })) {
      for (const { QuotaName = '', Value } of Quotas) if (Value !== undefined) values.set(QuotaName, Value)
    }
    const named = (text: string): number | null =>
      [...values].find(([name]) => name.toLowerCase().includes(text))?.[1] ?? null
    return {
      schedules: named('number of schedules'),
      invocationsPerSecond: named('invocations throttle limit'),
    }
  })
