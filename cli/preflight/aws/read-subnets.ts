import {
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  EC2Client,
  type RouteTable,
} from '@aws-sdk/client-ec2'
import type { Facts, Subnet } from '../facts.ts'
import { clientSettings } from './client-settings.ts'
import { reading } from './reading.ts'

/** Reads existing subnets, their routes, and the endpoints of their VPC. */
export const readNetwork = (
  vpcId: string,
  subnetIds: readonly string[],
): Promise<NonNullable<Facts['network']>> =>
  reading('ec2:DescribeSubnets, ec2:DescribeRouteTables and ec2:DescribeVpcEndpoints', async () => {
    const client = new EC2Client(clientSettings())
    const inVpc = { Filters: [{ Name: 'vpc-id', Values: [vpcId] }] }
    const [{ Subnets = [] }, { RouteTables = [] }, { VpcEndpoints = [] }] = await Promise.all([
      client.send(new DescribeSubnetsCommand({ Filters: [{ Name: 'subnet-id', Values: [...subnetIds] }] })),
      client.send(new DescribeRouteTablesCommand(inVpc)),
      client.send(new DescribeVpcEndpointsCommand(inVpc)),
    ])
    const subnets = Subnets.map(
      ({ SubnetId = '', VpcId = '', AvailabilityZone = '' }): Subnet => ({
        id: SubnetId,
        vpcId: VpcId,
        zone: AvailabilityZone,
        ...readRoutes(findTable(SubnetId, RouteTables)),
      }),
    )
    return {
      subnets,
      missing: subnetIds.filter((id) => !subnets.some((subnet) => subnet.id === id)),
      endpoints: VpcEndpoints.filter(({ State }) => String(State).toLowerCase() === 'available').map(
        ({ VpcEndpointId = '', ServiceName = '', VpcEndpointType = '' }) => ({
          id: VpcEndpointId,
          service: parseService(ServiceName),
          kind: VpcEndpointType,
        }),
      ),
    }
  })

/** `sqs` of `com.amazonaws.eu-west-1.sqs`. */
const parseService = (serviceName: string): string => serviceName.split('.').slice(3).join('.')

/** A subnet without a table of its own has the main one of its VPC. */
const findTable = (subnetId: string, tables: readonly RouteTable[]): RouteTable | undefined =>
  tables.find(({ Associations = [] }) => Associations.some((each) => each.SubnetId === subnetId)) ??
  tables.find(({ Associations = [] }) => Associations.some(({ Main }) => Main === true))

function readRoutes(table: RouteTable | undefined): Pick<Subnet, 'defaultRoute' | 'gatewayEndpoints'> {
  const routes = (table?.Routes ?? []).filter(({ State }) => State !== 'blackhole')
  const out = routes.find(({ DestinationCidrBlock }) => DestinationCidrBlock === '0.0.0.0/0')
  return {
    defaultRoute:
      out?.NatGatewayId ??
      out?.TransitGatewayId ??
      out?.NetworkInterfaceId ??
      out?.InstanceId ??
      out?.GatewayId ??
      null,
    gatewayEndpoints: routes.flatMap(({ GatewayId }) => (GatewayId?.startsWith('vpce-') ? [GatewayId] : [])),
  }
}
