import {
  DescribeAvailabilityZonesCommand,
  EC2Client,
  type Vpc as Ec2Vpc,
  paginateDescribeVpcPeeringConnections,
  paginateDescribeVpcs,
  type VpcPeeringConnection,
} from '@aws-sdk/client-ec2'
import type { Facts, Vpc } from '../facts.ts'
import { clientSettings } from './client-settings.ts'
import { reading } from './reading.ts'

/** Reads the zones of the region, without local zones. */
export const readZones = (): Promise<NonNullable<Facts['zones']>> =>
  reading('ec2:DescribeAvailabilityZones', async () => {
    const { AvailabilityZones = [] } = await new EC2Client(clientSettings()).send(
      new DescribeAvailabilityZonesCommand(),
    )
    return AvailabilityZones.filter(
      ({ State, ZoneType = 'availability-zone' }) =>
        State === 'available' && ZoneType === 'availability-zone',
    ).map(({ ZoneName = '', ZoneId = '' }) => ({ name: ZoneName, id: ZoneId }))
  })

/** Reads the VPCs of the region, and the ranges of networks that are peered with them. */
export const readVpcs = (): Promise<NonNullable<Facts['vpcs']>> =>
  reading('ec2:DescribeVpcs and ec2:DescribeVpcPeeringConnections', async () => {
    const client = new EC2Client(clientSettings())
    const vpcs: Vpc[] = []
    for await (const page of paginateDescribeVpcs({ client }, {})) vpcs.push(...(page.Vpcs ?? []).map(toVpc))
    const ids = new Set(vpcs.map(({ id }) => id))
    const peered: Vpc[] = []
    for await (const page of paginateDescribeVpcPeeringConnections({ client }, {})) {
      peered.push(...(page.VpcPeeringConnections ?? []).flatMap((each) => foreignSides(each, ids)))
    }
    return [...vpcs, ...peered]
  })

const toVpc = ({ VpcId = '', CidrBlockAssociationSet = [], CidrBlock, Tags = [] }: Ec2Vpc): Vpc => ({
  id: VpcId,
  cidrs: [
    ...new Set([CidrBlock, ...CidrBlockAssociationSet.map((each) => each.CidrBlock)].filter(isPresent)),
  ],
  stack: Tags.find(({ Key }) => Key === 'aws:cloudformation:stack-name')?.Value ?? null,
})

/** The sides of a peering that are in another account or region. */
const foreignSides = (
  { VpcPeeringConnectionId: id = '', Status, AccepterVpcInfo, RequesterVpcInfo }: VpcPeeringConnection,
  own: ReadonlySet<string>,
): Vpc[] =>
  Status?.Code !== 'active'
    ? []
    : [AccepterVpcInfo, RequesterVpcInfo]
        .filter(isPresent)
        .flatMap(({ VpcId = '', CidrBlockSet, CidrBlock }) =>
          own.has(VpcId)
            ? []
            : [
                {
                  id: `${VpcId} (peered by ${id})`,
                  cidrs: CidrBlockSet?.map((each) => each.CidrBlock).filter(isPresent) ?? [CidrBlock ?? ''],
                  stack: null,
                },
              ],
        )

const isPresent = <T>(value: T | undefined): value is T => value !== undefined
