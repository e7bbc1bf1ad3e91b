import { Validations } from 'aws-cdk-lib'
import * as ec2 from 'aws-cdk-lib/aws-ec2'
import type { NatSettings } from '../settings.ts'

/** The way out of a VPC: what the VPC is created with, and what is to do when it is there. */
type Nat = {
  readonly props: Pick<ec2.VpcProps, 'natGateways' | 'natGatewayProvider'>
  readonly finish: () => void
}

/** The disk of the NAT instance in GB: the size of the image of Amazon Linux 2023. */
export const NAT_DISK_GB = 8

/** As AWS documents a NAT instance, but for the loop: the instance may start before its route to the internet exists. */
const NAT_COMMANDS = [
  'until dnf install -y iptables-services; do sleep 5; done',
  'echo "net.ipv4.ip_forward=1" > /etc/sysctl.d/90-nat.conf',
  'sysctl -p /etc/sysctl.d/90-nat.conf',
  'systemctl enable --now iptables',
  'iptables -F FORWARD',
  "iptables -t nat -A POSTROUTING -o $(ip -o -4 route show to default | awk '{print $5; exit}') -j MASQUERADE",
  'service iptables save',
]

/** Creates the way out that the settings ask for; `cidr` is the range of the VPC. */
export function createNat(nat: NatSettings, cidr: string): Nat {
  if (nat.kind === 'gateways') return { props: { natGateways: nat.number }, finish: () => {} }
  const userData = ec2.UserData.forLinux()
  userData.addCommands(...NAT_COMMANDS)
  const provider = ec2.NatProvider.instanceV2({
    instanceType: new ec2.InstanceType(nat.instanceType),
    associatePublicIpAddress: true,
    defaultAllowedTraffic: ec2.NatTrafficDirection.OUTBOUND_ONLY,
    userData,
  })
  return {
    props: { natGateways: 1, natGatewayProvider: provider },
    finish: () => {
      provider.connections.allowFrom(
        ec2.Peer.ipv4(cidr),
        ec2.Port.allTraffic(),
        'The functions: to AWS, and to hosts on the internet',
      )
      for (const instance of provider.gatewayInstances) {
        instance.instance.blockDeviceMappings = [
          { deviceName: '/dev/xvda', ebs: { encrypted: true, volumeType: 'gp3', volumeSize: NAT_DISK_GB } },
        ]
        acknowledgeChoices(instance)
      }
    },
  }
}

function acknowledgeChoices(instance: ec2.Instance): void {
  const reasons = {
    EC28: 'Detailed monitoring costs half as much as the instance, and the alarms say when probes stop.',
    EC29: 'The instance has no state: another one takes its place at the next deployment.',
  }
  for (const [rule, reason] of Object.entries(reasons)) {
    Validations.of(instance).acknowledge({ id: `AwsSolutions-${rule}`, reason })
  }
}
