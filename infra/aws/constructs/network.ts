import { RemovalPolicy, Validations } from 'aws-cdk-lib'
import * as ec2 from 'aws-cdk-lib/aws-ec2'
import * as logs from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { calledServices } from '../called-services.ts'
import type { NetworkSettings, Settings } from '../settings.ts'
import type { EncryptionKey } from './encryption.ts'
import { createNat } from './nat.ts'

/** As many as Aurora wants for its subnets. */
const DEFAULT_ZONES = 2

/** Where the functions run, and how they reach the database, the hosts and AWS. */
export type FunctionNetwork = {
  readonly vpc: ec2.IVpc
  readonly subnets: ec2.SubnetSelection
  /** Where a database goes that the stack makes. */
  readonly databaseSubnets: ec2.SubnetSelection
  readonly securityGroup: ec2.SecurityGroup
  /** Whether IPv6 hosts can be reached. */
  readonly hasIpv6: boolean
}

/** A VPC that exists, or that the CDK app creates, with ways to the database, to the hosts and to AWS. */
export type GivenNetwork = {
  // The class is no IVpc under exactOptionalPropertyTypes.
  readonly vpc: ec2.IVpc | ec2.Vpc
  /** Where the functions run; by default in the private subnets. */
  readonly subnets?: ec2.SubnetSelection
  /** Where a database goes that the stack creates, in two zones; by default where the functions are. */
  readonly databaseSubnets?: ec2.SubnetSelection
  /** Whether the subnets of the functions have IPv6 as well; by default they have not. */
  readonly ipv6?: boolean
}

type NetworkProps = {
  readonly settings: Settings
  readonly given: GivenNetwork | undefined
  readonly key: EncryptionKey
}

/** The variable IPV6 of the functions that take hosts in. Outside of any VPC an emulator has what its machine has. */
export const ipv6Variable = (network: FunctionNetwork | null): 'yes' | 'no' =>
  network === null || network.hasIpv6 ? 'yes' : 'no'

/** The functions' network, or nothing where they run outside of any VPC. */
export class Network extends Construct {
  readonly functions: FunctionNetwork | null

  constructor(scope: Construct, id: string, { settings, given, key }: NetworkProps) {
    super(scope, id)
    const { network } = settings
    if (given !== undefined) this.functions = this.insideGiven(given)
    else this.functions = network.kind === 'none' ? null : this.inside(network, settings, key)
  }

  private insideGiven(network: GivenNetwork): FunctionNetwork {
    const { vpc, subnets = {}, databaseSubnets = subnets, ipv6: hasIpv6 = false } = network
    const given = vpc as ec2.IVpc
    return {
      vpc: given,
      subnets,
      databaseSubnets,
      hasIpv6,
      securityGroup: this.functionGroup(given, hasIpv6),
    }
  }

  private functionGroup(vpc: ec2.IVpc, hasIpv6: boolean): ec2.SecurityGroup {
    return new ec2.SecurityGroup(this, 'Functions', {
      vpc,
      description: 'Fleet Awareness functions: they call out, and nothing calls in',
      // The hosts may be anywhere, on any port: that is what a prober is for.
      allowAllOutbound: true,
      ...(hasIpv6 ? { allowAllIpv6Outbound: true } : {}),
    })
  }

  private inside(
    network: Exclude<NetworkSettings, { kind: 'none' }>,
    settings: Settings,
    key: EncryptionKey,
  ): FunctionNetwork {
    const vpc = network.kind === 'create' ? this.created(network, settings, key) : this.existing(network)
    const securityGroup = this.functionGroup(vpc, network.ipv6)
    const created = network.kind === 'create'
    const subnets = created
      ? { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }
      : { subnets: vpc.privateSubnets }
    const databaseSubnets = created ? { subnetType: ec2.SubnetType.PRIVATE_ISOLATED } : subnets
    if (network.kind === 'existing' && network.endpoints === 'create')
      this.endpoints(vpc, subnets, securityGroup, settings)
    return { vpc, subnets, databaseSubnets, securityGroup, hasIpv6: network.ipv6 }
  }

  /**
   * NAT rather than interface endpoints: they reach AWS only, and in a new VPC the hosts have to be reached as well. The
   * six endpoints that the functions need cost more in one zone than a NAT gateway, and six times a NAT instance.
   */
  private created(
    network: Extract<NetworkSettings, { kind: 'create' }>,
    settings: Settings,
    key: EncryptionKey,
  ): ec2.IVpc {
    const nat = createNat(network.nat, network.cidr)
    const vpc = new ec2.Vpc(this, 'Vpc', {
      ipAddresses: ec2.IpAddresses.cidr(network.cidr),
      // Out by an egress-only internet gateway, in by nothing.
      ...(network.ipv6 ? { ipProtocol: ec2.IpProtocol.DUAL_STACK } : {}),
      ...(network.availabilityZones.length === 0
        ? { maxAzs: DEFAULT_ZONES }
        : { availabilityZones: [...network.availabilityZones] }),
      ...nat.props,
      subnetConfiguration: [
        { name: 'public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 26, mapPublicIpOnLaunch: false },
        { name: 'functions', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 22 },
        { name: 'database', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 26 },
      ],
      gatewayEndpoints: { S3: { service: ec2.GatewayVpcEndpointAwsService.S3 } },
    })
    nat.finish()
    const logGroup = new logs.LogGroup(this, 'RejectedTraffic', {
      retention: settings.logRetentionDays,
      ...(key === null ? {} : { encryptionKey: key }),
      removalPolicy:
        settings.data === 'delete' ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    })
    // Rejected packets only: a fleet's worth of accepted probes would cost more to log than to make.
    vpc.addFlowLog('Rejected', {
      destination: ec2.FlowLogDestination.toCloudWatchLogs(logGroup),
      trafficType: ec2.FlowLogTrafficType.REJECT,
      maxAggregationInterval: ec2.FlowLogMaxAggregationInterval.TEN_MINUTES,
    })
    // The class has an optional property that the interface declares otherwise under exactOptionalPropertyTypes.
    return vpc as ec2.IVpc
  }

  private existing(network: Extract<NetworkSettings, { kind: 'existing' }>): ec2.IVpc {
    const vpc = ec2.Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId: network.vpcId,
      // Not looked up, so that synthesis needs no account. Nothing that is made here depends on their names.
      availabilityZones: network.subnetIds.map((_, i) => `zone-${i + 1}`),
      privateSubnetIds: [...network.subnetIds],
    })
    Validations.of(vpc).acknowledge({
      id: 'Annotation::@aws-cdk/aws-ec2:noSubnetRouteTableId',
      reason: 'Nothing here adds routes: they are the business of whoever made the VPC.',
    })
    return vpc
  }

  private endpoints(
    vpc: ec2.IVpc,
    subnets: ec2.SubnetSelection,
    functions: ec2.SecurityGroup,
    settings: Settings,
  ): void {
    for (const { id, service } of calledServices(settings)) {
      const endpoint = new ec2.InterfaceVpcEndpoint(this, `${id}Endpoint`, {
        vpc,
        subnets,
        service: new ec2.InterfaceVpcEndpointAwsService(service),
        open: false,
      })
      endpoint.connections.allowDefaultPortFrom(functions)
    }
  }
}
