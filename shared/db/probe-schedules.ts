import type { AnySql, Tx } from './client.ts'

/** No schedule has this hash, so the next run writes every schedule that is stored with it. */
const PENDING = ''

/** Stores that the state of these schedules is unknown until they are remembered or forgotten. */
export async function markSchedulesPending(tx: Tx, names: readonly string[]): Promise<void> {
  await rememberSchedules(
    tx,
    names.map((name) => ({ name, specHash: PENDING })),
  )
}

/** Stores that the state of every schedule is unknown: the fan-out then writes all of them again. */
export async function markAllSchedulesPending(tx: Tx): Promise<void> {
  await tx`update probe_schedules set spec_hash = ${PENDING} where spec_hash <> ${PENDING}`
}

/** Stores which schedules Scheduler has: one statement for any number of them. */
export async function rememberSchedules(
  tx: Tx,
  schedules: readonly { readonly name: string; readonly specHash: string }[],
): Promise<void> {
  const rows = schedules.map(({ name, specHash }) => ({ name, spec_hash: specHash }))
  await tx`
    insert into probe_schedules (name, spec_hash)
    select r.name, r.spec_hash
    from jsonb_to_recordset(${tx.json(rows)}) as r (name text, spec_hash text)
    on conflict (name) do update set spec_hash = excluded.spec_hash, applied_at = now()`
}

/** Whether Scheduler has the schedule of this name, and no change of it is pending. */
export async function isScheduleApplied(tx: Tx, name: string): Promise<boolean> {
  const rows = await tx`select from probe_schedules where name = ${name} and spec_hash <> ${PENDING}`
  return rows.length > 0
}

/** Deletes the schedules that Scheduler no longer has. */
export async function forgetSchedules(tx: Tx, names: readonly string[]): Promise<void> {
  await tx`
    delete from probe_schedules s
    using jsonb_array_elements_text(${tx.json([...names])}) as gone (name)
    where s.name = gone.name`
}

/** Forgets which schedules were applied: those of a local Scheduler end with it. */
export async function forgetAllSchedules(sql: AnySql): Promise<void> {
  await sql`delete from probe_schedules`
}
