import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import type { Acknowledgement, Judge } from './judge.ts'
import { runJudge } from './run-judge.ts'

const REQUIREMENTS = fileURLToPath(new URL('checkov.requirements.txt', import.meta.url))

const Report = z.object({
  results: z.object({
    failed_checks: z.array(z.object({ check_id: z.string(), check_name: z.string(), resource: z.string() })),
    parsing_errors: z.array(z.string()),
  }),
})

/** A CDK app that gives the stack a key of its own has all of this encrypted with it: docs/library.md. */
const ENCRYPTED_BY_AWS = 'It is encrypted with a key of AWS, unless the CDK app gives the stack a key.'

const ACKNOWLEDGED: Readonly<Record<string, Acknowledgement>> = {
  CKV_AWS_18: {
    reason:
      'Every file leaves a log line with its key and a scan; who put it is in data events of CloudTrail.',
    where: /IngestBucket/,
  },
  CKV_AWS_26: {
    reason:
      'Messages name hosts and no secrets, and go on by e-mail. Alarms cannot use the key of AWS for topics; the key ' +
      'that a CDK app gives the stack encrypts them.',
  },
  CKV_AWS_27: { reason: `${ENCRYPTED_BY_AWS} The rule does not see SqsManagedSseEnabled.` },
  CKV_AWS_88: {
    reason: 'The NAT instance of the smallest stage is what the address is for; nothing may connect to it.',
    where: /NatInstance/,
  },
  CKV_AWS_111: {
    reason:
      'Lambda asks for the network interfaces of a function on every resource; the code of the function is denied them.',
    where: /^AWS::IAM::Policy\.\w+RoleDefaultPolicy/,
  },
  CKV_AWS_115: {
    reason: 'Migrations run during a deployment only, one after the other by an advisory lock.',
    where: /MigrateFunction/,
  },
  CKV_AWS_116: {
    reason:
      'Requests of probes have a destination for failures, and scans a queue with dead letters. All others run again ' +
      'by themselves, and a failed migration is an answer to CloudFormation.',
  },
  CKV_AWS_117: {
    reason: 'The emulator has no network around a function.',
    stage: 'emulated',
  },
  CKV_AWS_118: {
    reason: 'The metrics that the alarms need are there without it, and it would add its logs to the bill.',
  },
  CKV_AWS_149: { reason: ENCRYPTED_BY_AWS },
  CKV_AWS_157: {
    reason: 'One zone is what makes the smallest stage cheap: it is for trying the product.',
    where: /DatabaseInstance/,
  },
  CKV_AWS_158: { reason: ENCRYPTED_BY_AWS },
  CKV_AWS_173: {
    reason:
      'Lambda encrypts them with its own key. Functions sign in with tokens; where roles have passwords, whoever may ' +
      'read the settings of a function in the account is an administrator of it.',
  },
}

/** Whether the template is safe. It asks nothing of the network. */
export const CHECKOV: Judge = {
  name: 'checkov',
  acknowledged: ACKNOWLEDGED,
  find: async (template) => {
    const args = ['--framework', 'cloudformation', '--file', template, '--output', 'json', '--compact']
    const { results } = Report.parse(await runJudge(REQUIREMENTS, 'checkov', [...args, '--skip-download']))
    if (results.parsing_errors.length > 0) throw new Error(`checkov cannot read ${template}`)
    return results.failed_checks.map(({ check_id, check_name, resource }) => ({
      rule: check_id,
      where: resource,
      text: check_name,
    }))
  },
}
