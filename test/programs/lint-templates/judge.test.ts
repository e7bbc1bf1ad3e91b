import { describe, expect, it } from 'vitest'
import { isAcknowledged } from './judge.ts'

const judge = {
  acknowledged: {
    ANY: { reason: 'always' },
    NAT: { reason: 'the NAT instance', where: /NatInstance/ },
    VPC: { reason: 'no network', stage: 'emulated' },
  },
}

describe('a finding in a template', () => {
  it.each([
    ['prod', { rule: 'ANY', where: 'AWS::SQS::Queue.X' }, true],
    ['prod', { rule: 'OTHER', where: 'AWS::SQS::Queue.X' }, false],
    ['small', { rule: 'NAT', where: 'AWS::EC2::Instance.NatInstance9' }, true],
    ['small', { rule: 'NAT', where: 'AWS::EC2::Instance.Bastion9' }, false],
    ['emulated', { rule: 'VPC', where: 'AWS::Lambda::Function.X' }, true],
    ['prod', { rule: 'VPC', where: 'AWS::Lambda::Function.X' }, false],
  ])('a finding in a template of the stage %s, %o, is acknowledged: %s', (stage, finding, expected) => {
    expect(isAcknowledged(judge, stage, finding)).toBe(expected)
  })
})
