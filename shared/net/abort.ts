type Watch = { readonly callbacks: Set<() => void>; readonly tellAll: () => void }

/**
 * Who is told when a signal aborts. One listener a signal, however many probes share it: Node warns of a leak
 * from the eleventh on.
 */
const watches = new WeakMap<AbortSignal, Watch>()

/** Calls `onAbort` once when the signal aborts, unless the function it returns is called before. */
export function watchAbort(signal: AbortSignal, onAbort: () => void): () => void {
  const watch = watches.get(signal) ?? startWatch(signal)
  watch.callbacks.add(onAbort)
  return () => {
    watch.callbacks.delete(onAbort)
    if (watch.callbacks.size > 0 || watches.get(signal) !== watch) return
    watches.delete(signal)
    signal.removeEventListener('abort', watch.tellAll)
  }
}

function startWatch(signal: AbortSignal): Watch {
  const callbacks = new Set<() => void>()
  const tellAll = () => {
    for (const onAbort of [...callbacks]) onAbort()
  }
  const watch = { callbacks, tellAll }
  watches.set(signal, watch)
  signal.addEventListener('abort', tellAll)
  return watch
}
