import * as z from 'zod'

const NOTICES = {
  'host.flapping.started': z
    .object({ changes: z.int(), window_minutes: z.int() })
    .transform((detail) => ({ kind: 'flapping started' as const, ...detail })),
  'host.flapping.stopped': z
    .object({ status: z.string() })
    .transform((detail) => ({ kind: 'flapping stopped' as const, ...detail })),
  'fleet.maintenance.started': z
    .object({ hosts: z.int(), reason: z.string() })
    .transform((detail) => ({ kind: 'maintenance started' as const, ...detail })),
  'fleet.maintenance.ended': z
    .object({ hosts: z.int(), still_down: z.int() })
    .transform((detail) => ({ kind: 'maintenance ended' as const, ...detail })),
  'host.ssh_identification.changed': z
    .object({ after: z.string() })
    .transform((detail) => ({ kind: 'identification changed' as const, ...detail })),
  'prober.suspect': z
    .object({ probed: z.int(), failed: z.int() })
    .transform((detail) => ({ kind: 'prober suspect' as const, ...detail })),
  'prober.trusted': z
    .object({ still_failing: z.int() })
    .transform((detail) => ({ kind: 'prober trusted' as const, ...detail })),
  'policy.changed': z
    .object({ after: z.record(z.string(), z.unknown()) })
    .transform(({ after }) => ({ kind: 'policy changed' as const, settings: Object.keys(after) })),
}

/** What an event says, as far as the live view shows it. */
export type Notice =
  | z.output<(typeof NOTICES)[keyof typeof NOTICES]>
  /** Of another action, which other writers of the same table may have too. */
  | { readonly kind: 'other'; readonly action: string }

/** Reads what an event of the bus says. */
export function readNotice(action: string, detail: unknown): Notice {
  const schema = Object.entries(NOTICES).find(([known]) => known === action)?.[1]
  return schema?.safeParse(detail).data ?? { kind: 'other', action }
}
