import type { Tx } from './client.ts'

/** What must run alone. */
export type LeaseName = 'fan-out' | 'inventory'

/** Takes the lease, unless another holder has it. A holder that does not give it back keeps it for `seconds`. */
export async function takeLease(
  tx: Tx,
  lease: { readonly name: LeaseName; readonly holder: string; readonly seconds: number },
): Promise<boolean> {
  const taken = await tx`
    update run_leases
    set holder = ${lease.holder}, expires_at = clock_timestamp() + make_interval(secs => ${lease.seconds})
    where name = ${lease.name} and expires_at <= clock_timestamp()`
  return taken.count === 1
}

/** Gives the lease back, if this holder still has it. */
export async function giveLeaseBack(tx: Tx, name: LeaseName, holder: string): Promise<void> {
  await tx`
    update run_leases set expires_at = '-infinity' where name = ${name} and holder = ${holder}`
}
