import * as iam from 'aws-cdk-lib/aws-iam'

/** Who is admitted by an account id, or by the ARN of a role. */
export const scannerPrincipal = (scanner: string): iam.IPrincipal =>
  /^\d+$/.test(scanner) ? new iam.AccountPrincipal(scanner) : new iam.ArnPrincipal(scanner)
