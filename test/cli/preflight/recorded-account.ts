import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What AWS answers to an operation: a status, and a body of XML or JSON. */
export type Answer = { readonly status?: number; readonly body: string | object }

/** Each refusal in the form of its protocol. */
export const denied = {
  query: (code: string): Answer => ({
    status: 403,
    body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`,
  }),
  ec2: (code: string): Answer => ({
    status: 403,
    body: `<Response><Errors><Error><Code>${code}</Code><Message>no</Message></Error></Errors></Response>`,
  }),
  json: (code: string): Answer => ({ status: 400, body: { __type: code, message: 'no' } }),
}

/**
 * AWS's answers about an account without this product, written by hand after the API references of the services, and
 * short: the parts that nobody reads are left out. Nothing here was recorded from a real account.
 */
export const ANSWERS: Readonly<Record<string, Answer>> = {
  GetCallerIdentity: {
    body: '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Account>111122223333</Account><Arn>arn:aws:iam::111122223333:user/me</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>',
  },
  GetParameter: { body: { Parameter: { Name: '/cdk-bootstrap/hnb659fds/version', Value: '28' } } },
  DescribeStacks: {
    status: 400,
    body: '<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id fleet-awareness-dev does not exist</Message></Error></ErrorResponse>',
  },
  'GET /2016-08-19/account-settings': {
    body: { AccountLimit: { ConcurrentExecutions: 10, UnreservedConcurrentExecutions: 10 } },
  },
  'GET /2015-03-31/functions': { status: 404, body: { Type: 'User', message: 'Function not found' } },
  DescribeLogGroups: { body: { logGroups: [{ logGroupName: '/aws/lambda/fleet-awareness-dev-probe' }] } },
  ListQueues: { body: {} },
  'GET /schedule-groups': {
    body: { ScheduleGroups: [{ Name: 'fleet-awareness-dev-probes', State: 'DELETING' }] },
  },
  DescribeEventBus: { status: 400, body: { __type: 'ResourceNotFoundException', message: 'no such bus' } },
  DescribeAvailabilityZones: {
    body: `<DescribeAvailabilityZonesResponse><availabilityZoneInfo>
      <item><zoneName>us-east-1a</zoneName><zoneId>use1-az3</zoneId><zoneState>available</zoneState><zoneType>availability-zone</zoneType></item>
      <item><zoneName>us-east-1b</zoneName><zoneId>use1-az1</zoneId><zoneState>available</zoneState><zoneType>availability-zone</zoneType></item>
      <item><zoneName>us-east-1-bos-1a</zoneName><zoneId>use1-bos1-az1</zoneId><zoneState>available</zoneState><zoneType>local-zone</zoneType></item>
      </availabilityZoneInfo></DescribeAvailabilityZonesResponse>`,
  },
  DescribeVpcs: {
    body: `<DescribeVpcsResponse><vpcSet><item><vpcId>vpc-1</vpcId><cidrBlock>172.31.0.0/16</cidrBlock>
      <cidrBlockAssociationSet><item><cidrBlock>172.31.0.0/16</cidrBlock></item></cidrBlockAssociationSet></item></vpcSet></DescribeVpcsResponse>`,
  },
  DescribeVpcPeeringConnections: {
    body: `<DescribeVpcPeeringConnectionsResponse><vpcPeeringConnectionSet><item>
      <vpcPeeringConnectionId>pcx-1</vpcPeeringConnectionId><status><code>active</code></status>
      <requesterVpcInfo><vpcId>vpc-1</vpcId><cidrBlockSet><item><cidrBlock>172.31.0.0/16</cidrBlock></item></cidrBlockSet></requesterVpcInfo>
      <accepterVpcInfo><vpcId>vpc-far</vpcId><cidrBlockSet><item><cidrBlock>10.91.4.0/24</cidrBlock></item></cidrBlockSet></accepterVpcInfo>
      </item></vpcPeeringConnectionSet></DescribeVpcPeeringConnectionsResponse>`,
  },
  DescribeAddresses: {
    body: '<DescribeAddressesResponse><addressesSet><item><publicIp>192.0.2.1</publicIp></item></addressesSet></DescribeAddressesResponse>',
  },
  GetServiceQuota: { body: { Quota: { Value: 5 } } },
  ListServiceQuotas: {
    body: {
      Quotas: [
        { QuotaName: 'Number of schedules', Value: 10_000_000 },
        { QuotaName: 'Invocations throttle limit in transactions per second', Value: 1 },
      ],
    },
  },
  DescribeDBEngineVersions: {
    body: `<DescribeDBEngineVersionsResponse><DescribeDBEngineVersionsResult><DBEngineVersions>
      <DBEngineVersion><EngineVersion>17.4</EngineVersion></DBEngineVersion>
      <DBEngineVersion><EngineVersion>17.7</EngineVersion></DBEngineVersion>
      </DBEngineVersions></DescribeDBEngineVersionsResult></DescribeDBEngineVersionsResponse>`,
  },
  DescribeOrderableDBInstanceOptions: {
    body: `<DescribeOrderableDBInstanceOptionsResponse><DescribeOrderableDBInstanceOptionsResult><OrderableDBInstanceOptions>
      <OrderableDBInstanceOption><AvailabilityZones><AvailabilityZone><Name>us-east-1a</Name></AvailabilityZone><AvailabilityZone><Name>us-east-1b</Name></AvailabilityZone></AvailabilityZones></OrderableDBInstanceOption>
      </OrderableDBInstanceOptions></DescribeOrderableDBInstanceOptionsResult></DescribeOrderableDBInstanceOptionsResponse>`,
  },
  DescribeSubnets: {
    body: `<DescribeSubnetsResponse><subnetSet>
      <item><subnetId>subnet-0a1b2c3d4e5f60718</subnetId><vpcId>vpc-0a1b2c3d4e5f60718</vpcId><availabilityZone>us-east-1a</availabilityZone></item>
      <item><subnetId>subnet-0b1b2c3d4e5f60718</subnetId><vpcId>vpc-0a1b2c3d4e5f60718</vpcId><availabilityZone>us-east-1b</availabilityZone></item>
      </subnetSet></DescribeSubnetsResponse>`,
  },
  DescribeRouteTables: {
    body: `<DescribeRouteTablesResponse><routeTableSet>
      <item><routeSet><item><destinationCidrBlock>0.0.0.0/0</destinationCidrBlock><gatewayId>igw-1</gatewayId><state>active</state></item></routeSet>
        <associationSet><item><main>true</main></item></associationSet></item>
      <item><routeSet>
          <item><destinationCidrBlock>10.0.0.0/16</destinationCidrBlock><gatewayId>local</gatewayId><state>active</state></item>
          <item><destinationPrefixListId>pl-1</destinationPrefixListId><gatewayId>vpce-s3</gatewayId><state>active</state></item>
        </routeSet>
        <associationSet><item><main>false</main><subnetId>subnet-0a1b2c3d4e5f60718</subnetId></item></associationSet></item>
      </routeTableSet></DescribeRouteTablesResponse>`,
  },
  DescribeVpcEndpoints: {
    body: `<DescribeVpcEndpointsResponse><vpcEndpointSet>
      <item><vpcEndpointId>vpce-s3</vpcEndpointId><vpcEndpointType>Gateway</vpcEndpointType><serviceName>com.amazonaws.us-east-1.s3</serviceName><state>available</state></item>
      <item><vpcEndpointId>vpce-sqs</vpcEndpointId><vpcEndpointType>Interface</vpcEndpointType><serviceName>com.amazonaws.us-east-1.sqs</serviceName><state>available</state></item>
      </vpcEndpointSet></DescribeVpcEndpointsResponse>`,
  },
}

export type RecordedAccount = AsyncDisposable & {
  readonly endpoint: string
  /** The operations that were called, in order. */
  readonly calls: readonly string[]
}

/** A server on loopback that answers as every AWS service at once. An operation without an answer is refused. */
export async function startRecordedAccount(
  answers: Readonly<Record<string, Answer>> = ANSWERS,
): Promise<RecordedAccount> {
  const calls: string[] = []
  const server = createServer(async (request, response) => {
    const operation = operationOf(request, await textOf(request))
    calls.push(operation)
    const { status = 200, body } = answers[operation] ?? denied.json('AccessDeniedException')
    const isXml = typeof body === 'string'
    response.writeHead(status, {
      'content-type': isXml ? 'text/xml' : 'application/x-amz-json-1.1',
      ...(status === 404 ? { 'x-amzn-errortype': 'ResourceNotFoundException' } : {}),
    })
    response.end(isXml ? body : JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}`,
    calls,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

/** By the header of the JSON protocols, the form of the query protocols, or else method and path. */
function operationOf({ headers, method, url = '' }: IncomingMessage, body: string): string {
  const target = headers['x-amz-target']
  if (typeof target === 'string') return target.split('.').at(-1) ?? target
  const action = /(?:^|&)Action=(\w+)/.exec(body)?.[1]
  if (action !== undefined) return action
  const { pathname } = new URL(url, 'http://localhost')
  return `${method} ${pathname.replace(/\/$/, '').replace(/(\/functions)\/.*/, '$1')}`
}
