type Watch = { readonly callbacks: Set<() => void>; readonly notifyAll: () => void }

/**
 * The callbacks of each signal. However many probes share a signal, it has one listener: Node warns of a leak from the
 * eleventh on.
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
    signal.removeEventListener('abort', watch.notifyAll)
  }
}

function startWatch(signal: AbortSignal): Watch {
  const callbacks = new Set<() => void>()
  const notifyAll = () => {
    for (const onAbort of [...callbacks]) onAbort()
  }
  const watch = { callbacks, notifyAll }
  watches.set(signal, watch)
  signal.addEventListener('abort', notifyAll)
  return watch
}
