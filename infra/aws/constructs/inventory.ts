import { Aws, Stack } from 'aws-cdk-lib'
import * as events from 'aws-cdk-lib/aws-events'
import * as targets from 'aws-cdk-lib/aws-events-targets'
import type * as scheduler from 'aws-cdk-lib/aws-scheduler'
import { Construct } from 'constructs'
import type { InventorySource } from '../../../shared/domain/inventory-source.ts'
import type { Names } from '../../../shared/domain/names.ts'
import { INVENTORY_CONCURRENCY } from '../concurrency.ts'
import type { InventorySettings } from '../settings.ts'
import { every } from './minute-clock.ts'
import { ipv6Variable } from './network.ts'
import { NodeFunction, type StageParts } from './node-function.ts'

/** Above the handler's own deadline of 110 s. */
const INVENTORY_TIMEOUT_SECONDS = 120
const INVENTORY_MEMORY_MB = 512
const MINUTES_BETWEEN_RUNS = 10

/** Of the states of an instance those after which it comes into the fleet, or leaves it. `pending` answers nobody yet. */
const STATES = ['running', 'stopping', 'stopped', 'shutting-down', 'terminated']

/**
 * The inventory function, which brings tagged machines into the fleet and takes out those that are gone: every ten
 * minutes, and as soon as EC2 says that an instance has started or ends.
 */
export class Inventory extends Construct {
  readonly function: NodeFunction

  constructor(
    scope: Construct,
    id: string,
    props: StageParts & { readonly clocks: scheduler.ScheduleGroup },
  ) {
    super(scope, id)
    const { names, settings } = props
    const sources = settings.inventory === null ? [] : listSources(settings.inventory)
    this.function = new NodeFunction(this, 'Inventory', {
      ...props,
      name: 'inventory',
      memoryMb: INVENTORY_MEMORY_MB,
      timeoutSeconds: INVENTORY_TIMEOUT_SECONDS,
      concurrency: INVENTORY_CONCURRENCY,
      environment: {
        INVENTORY_SOURCES: Stack.of(this).toJsonString(sources),
        FLEET_TAG_VALUE: names.installation,
        IPV6: ipv6Variable(props.network),
        ...(settings.concurrency.isReserved ? {} : { MAY_OVERLAP: 'yes' }),
      },
    })
    if (settings.inventory === null) return
    this.allowListing(settings.inventory)
    every(this, 'Clock', {
      minutes: MINUTES_BETWEEN_RUNS,
      group: props.clocks,
      name: names.clock('inventory'),
      description: 'Brings tagged machines into the fleet every ten minutes',
      target: this.function,
      input: {},
    })
    if (settings.inventory.kinds.includes('ec2')) this.listen(names)
  }

  private allowListing({ kinds, roles }: InventorySettings): void {
    if (kinds.includes('ec2')) this.function.allow({ actions: ['ec2:DescribeInstances'], resources: ['*'] })
    if (kinds.includes('ssm')) {
      this.function.allow({ actions: ['ssm:DescribeInstanceInformation'], resources: ['*'] })
      const nodes = `arn:${Aws.PARTITION}:ssm:*:${Aws.ACCOUNT_ID}:managed-instance/*`
      this.function.allow({ actions: ['ssm:ListTagsForResource'], resources: [nodes] })
      this.function.explain(
        'Resource::arn:<AWS::Partition>:ssm:*:<AWS::AccountId>:managed-instance/*',
        'Nodes come and go, in every region that the settings name; what is read is their tags.',
      )
    }
    if (roles.length > 0) this.function.allow({ actions: ['sts:AssumeRole'], resources: [...roles] })
    this.function.explain(
      'Resource::*',
      'DescribeInstances and DescribeInstanceInformation know no resource; what they list is machines.',
    )
  }

  /** EventBridge invokes the function within seconds of a change of the instances of this account and region. */
  private listen(names: Names): void {
    new events.Rule(this, 'InstanceChanges', {
      ruleName: names.instancesRule,
      description: 'Invokes the inventory function when an EC2 instance has started, or ends',
      eventPattern: {
        source: ['aws.ec2'],
        detailType: ['EC2 Instance State-change Notification'],
        detail: { state: STATES },
      },
      targets: [
        new targets.LambdaFunction(this.function.handler, {
          event: events.RuleTargetInput.fromObject({
            instanceId: events.EventField.fromPath('$.detail.instance-id'),
          }),
        }),
      ],
    })
  }
}

/** Every kind in every region, of the own account and of those whose roles are given. */
const listSources = ({ kinds, regions, roles }: InventorySettings): InventorySource[] =>
  [null, ...roles].flatMap((roleArn) =>
    (regions.length === 0 ? [Aws.REGION] : regions).flatMap((region) =>
      kinds.map((kind) => ({
        kind,
        account: roleArn === null ? Aws.ACCOUNT_ID : parseAccount(roleArn),
        region,
        roleArn,
      })),
    ),
  )

const parseAccount = (roleArn: string): string => roleArn.split(':')[4] ?? ''
