import { deriveHostId } from '../../../shared/domain/endpoint-id.ts'
import type { FleetHost } from '../../../shared/domain/fleet-host.ts'
import { BEHAVIOURS, type Behaviour, type LoopbackHost, startLoopbackHost } from './loopback-host.ts'
import { playedBehaviour, SCRIPTS, type Script } from './scripts.ts'

export type Demonstration = {
  readonly hosts: readonly FleetHost[]
  /** Lines for the user about what this machine does not have, such as IPv6. */
  readonly notes: readonly string[]
  /** Starts the changes: hosts go down and come back. `tickMs` is half of the probe interval, in real ms. */
  readonly play: (tickMs: number) => void
  readonly stop: () => Promise<void>
}

type Actor = { readonly name: string; readonly host: LoopbackHost; readonly script: Script }

/** Starts some forty hosts on loopback, each a real server with a scripted behaviour. */
export async function startDemonstration(): Promise<Demonstration> {
  const started = await Promise.allSettled(
    SCRIPTS.map(async ({ name, script, family }): Promise<Actor> => {
      return { name, script, host: await startLoopbackHost(BEHAVIOURS[script(0)], family) }
    }),
  )
  const actors = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const stopAll = async (): Promise<void> => {
    await Promise.all(actors.map(({ host }) => host.stop()))
  }
  const faults = started.flatMap((result, i) =>
    result.status === 'rejected' ? [{ i, cause: result.reason }] : [],
  )
  const fatal = faults.find(({ i }) => SCRIPTS[i]?.family !== 6)
  if (fatal !== undefined) {
    await stopAll()
    throw new Error('a loopback host did not start', { cause: fatal.cause })
  }
  const skipped = faults.map(({ i }) => SCRIPTS[i]?.name).join(', ')
  return {
    hosts: actors.map(fleetHost),
    notes: skipped === '' ? [] : [`this machine has no IPv6 on loopback: without ${skipped}`],
    ...player(actors, stopAll),
  }
}

function fleetHost({ name, host }: Actor): FleetHost {
  return { id: deriveHostId(host.address, host.port), name, address: host.address, port: host.port }
}

function player(
  actors: readonly Actor[],
  stopAll: () => Promise<void>,
): Pick<Demonstration, 'play' | 'stop'> {
  let timer: NodeJS.Timeout | undefined
  let switching = Promise.resolve()
  const playTick = async (tick: number): Promise<void> => {
    for (const { host, script } of actors) {
      const behaviour: Behaviour = BEHAVIOURS[playedBehaviour(script, tick)]
      if (behaviour !== BEHAVIOURS[playedBehaviour(script, tick - 1)]) await host.switchTo(behaviour)
    }
  }
  return {
    play: (tickMs) => {
      let tick = 0
      timer = setInterval(() => {
        tick++
        // Another program may have taken the port while its host was down: the next tick tries again.
        switching = switching.then(() => playTick(tick)).catch(() => {})
      }, tickMs)
    },
    stop: async () => {
      clearInterval(timer)
      await switching
      await stopAll()
    },
  }
}
