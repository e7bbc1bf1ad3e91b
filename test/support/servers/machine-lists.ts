import { createServer, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { listen } from './listen.ts'

/** An EC2 instance as the test describes it. */
export type TestInstance = {
  readonly id: string
  readonly state: string
  readonly address?: string
  readonly ipv6?: string
  readonly tags: Readonly<Record<string, string>>
}

/** A node that Systems Manager manages. */
export type TestNode = {
  readonly id: string
  readonly computerName: string
  readonly address: string
  readonly tags: Readonly<Record<string, string>>
}

export type MachineLists = AsyncDisposable & {
  /** What points the SDK at it, in the region eu-central-1. */
  readonly env: Readonly<Record<string, string>>
  instances: TestInstance[]
  nodes: TestNode[]
  /** How many machines a page has. */
  pageSize: number
  /** Answers these calls of an API with an error, by the number of the call, from 1. */
  readonly refuse: Map<string, { readonly status: number; readonly code: string }>
  /** Each call: the API, the region, and the access key that has signed it. */
  readonly calls: string[]
}

/**
 * The parts of EC2, Systems Manager and STS that list machines, on loopback: filters by tag, pages, and refusals. It
 * speaks the wire protocols of AWS, so that the real clients run.
 */
export async function startMachineLists(): Promise<MachineLists> {
  const lists = {
    instances: [] as TestInstance[],
    nodes: [] as TestNode[],
    pageSize: 2,
    refuse: new Map<string, { status: number; code: string }>(),
    calls: [] as string[],
  }
  const counts = new Map<string, number>()
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const target = String(request.headers['x-amz-target'] ?? '').split('.')[1]
    const form = new URLSearchParams(target === undefined ? body : '')
    const action = target ?? form.get('Action') ?? ''
    const count = (counts.get(action) ?? 0) + 1
    counts.set(action, count)
    lists.calls.push(`${action} ${signerOf(request)}`)
    const refusal = lists.refuse.get(`${action} ${count}`)
    const isJson = target !== undefined
    if (refusal !== undefined) {
      response.writeHead(refusal.status, {
        'content-type': isJson ? 'application/x-amz-json-1.1' : 'text/xml',
      })
      response.end(isJson ? JSON.stringify({ __type: refusal.code }) : refusalXml(refusal.code))
      return
    }
    response.writeHead(200, { 'content-type': isJson ? 'application/x-amz-json-1.1' : 'text/xml' })
    switch (action) {
      case 'DescribeInstances':
        return response.end(describeInstances(lists, form))
      case 'GetCallerIdentity':
        return response.end(CALLER)
      case 'AssumeRole':
        return response.end(assumeRole(String(form.get('RoleArn'))))
      case 'DescribeInstanceInformation':
        return response.end(describeNodes(lists, JSON.parse(body)))
      case 'ListTagsForResource':
        return response.end(listTags(lists, JSON.parse(body)))
      default:
        throw new Error(`nobody answers ${action}`)
    }
  })
  const port = await listen(server)
  return Object.assign(lists, {
    env: {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'OWN',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}

/** The region and the access key in an Authorization header. */
function signerOf({ headers }: IncomingMessage): string {
  const [, key, , region] = /Credential=([^/]+)\/(\d+)\/([^/]+)\//.exec(headers.authorization ?? '') ?? []
  return `${region} ${key}`
}

type Lists = Pick<MachineLists, 'instances' | 'nodes' | 'pageSize'>

function describeInstances({ instances, pageSize }: Lists, form: URLSearchParams): string {
  const filters = [1, 2, 3].flatMap((n) => {
    const name = form.get(`Filter.${n}.Name`)
    return name === null ? [] : [{ name, value: form.get(`Filter.${n}.Value.1`) }]
  })
  const found = instances.filter((each) =>
    filters.every(({ name, value }) =>
      name === 'instance-id' ? each.id === value : each.tags[name.replace('tag:', '')] === value,
    ),
  )
  const start = Number(form.get('NextToken') ?? 0)
  const page = found.slice(start, start + pageSize)
  const next = start + pageSize < found.length ? `<nextToken>${start + pageSize}</nextToken>` : ''
  return `<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
    <reservationSet>${page.map(instanceXml).join('')}</reservationSet>${next}</DescribeInstancesResponse>`
}

const instanceXml = ({ id, state, address, ipv6, tags }: TestInstance): string => `<item><instancesSet><item>
  <instanceId>${id}</instanceId><instanceState><name>${state}</name></instanceState>
  ${address === undefined ? '' : `<privateIpAddress>${address}</privateIpAddress>`}
  ${ipv6 === undefined ? '' : `<ipv6Address>${ipv6}</ipv6Address>`}
  <tagSet>${Object.entries(tags)
    .map(([key, value]) => `<item><key>${key}</key><value>${value}</value></item>`)
    .join('')}</tagSet></item></instancesSet></item>`

type NodeFilter = { readonly Key: string; readonly Values: readonly string[] }

function describeNodes(
  { nodes, pageSize }: Lists,
  { Filters = [], NextToken = '0' }: { Filters?: NodeFilter[]; NextToken?: string },
): string {
  const fits = ({ tags }: TestNode, { Key, Values: [value = ''] }: NodeFilter): boolean => {
    if (Key === 'ResourceType') return value === 'ManagedInstance'
    return Key === 'tag-key' ? value in tags : tags[Key.replace('tag:', '')] === value
  }
  const found = nodes.filter((node) => Filters.every((filter) => fits(node, filter)))
  const start = Number(NextToken)
  const InstanceInformationList = found
    .slice(start, start + pageSize)
    .map(({ id, computerName, address }) => ({
      InstanceId: id,
      ComputerName: computerName,
      IPAddress: address,
      PingStatus: 'ConnectionLost',
    }))
  const next = start + pageSize < found.length ? { NextToken: String(start + pageSize) } : {}
  return JSON.stringify({ InstanceInformationList, ...next })
}

const listTags = ({ nodes }: Lists, { ResourceId }: { ResourceId: string }): string =>
  JSON.stringify({
    TagList: Object.entries(nodes.find(({ id }) => id === ResourceId)?.tags ?? {}).map(([Key, Value]) => ({
      Key,
      Value,
    })),
  })

/** The account of the caller. */
export const ACCOUNT = '111122223333'

const CALLER = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
  <Account>${ACCOUNT}</Account><Arn>arn:aws:iam::${ACCOUNT}:user/test</Arn><UserId>AIDA</UserId>
  </GetCallerIdentityResult></GetCallerIdentityResponse>`

const assumeRole = (
  roleArn: string,
): string => `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
  <AccessKeyId>OF-${roleArn.split('/').at(-1)}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>
  <SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>
  </Credentials></AssumeRoleResult></AssumeRoleResponse>`

const refusalXml = (code: string): string =>
  `<Response><Errors><Error><Code>${code}</Code><Message>refused</Message></Error></Errors></Response>`
