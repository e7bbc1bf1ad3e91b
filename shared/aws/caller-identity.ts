import { GetCallerIdentityCommand, STSClient, type STSClientConfig } from '@aws-sdk/client-sts'

/** Asks AWS whose credentials are used, and the SDK for which region. A refusal is thrown. */
export async function readCallerIdentity(
  settings: STSClientConfig,
): Promise<{ readonly account: string; readonly region: string }> {
  const client = new STSClient(settings)
  try {
    const region = await client.config.region()
    const { Account: account } = await client.send(new GetCallerIdentityCommand())
    if (account === undefined) throw new Error('AWS does not say which account this is')
    return { account, region }
  } finally {
    client.destroy()
  }
}
