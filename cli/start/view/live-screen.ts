import type { WriteStream } from 'node:tty'
import { createLogUpdate } from 'log-update'
import type { ChangeRow, NoticeRow } from '../../../infra/local/bus-feed.ts'
import type { DriftRow } from '../../../shared/db/drift-view.ts'
import { formatCount, formatNumber } from '../../terminal/format.ts'
import { renderScreen } from './screen.ts'
import type { View } from './view.ts'

/** More than any terminal shows. */
const KEPT_CHANGES = 200

/** Creates a view that is drawn anew in place, on a terminal. `onScreen` is called each time before it is. */
export function createLiveScreen(
  stdout: WriteStream,
  title: string,
  speed: number,
  onScreen: () => void,
): View {
  const logUpdate = createLogUpdate(stdout)
  const draw = (text: string): void => {
    onScreen()
    logUpdate(text)
  }
  let recent: readonly (ChangeRow | DriftRow | NoticeRow)[] = []
  return {
    loading: (loaded, total) =>
      draw(`  Loading the fleet: ${formatNumber(loaded)} of ${formatCount(total, 'host')}`),
    update: (state) => {
      recent = [...recent, ...state.changes, ...state.notices, ...(state.compliance?.drifts ?? [])].slice(
        -KEPT_CHANGES,
      )
      const size = { columns: stdout.columns, rows: stdout.rows, colours: stdout.hasColors() }
      draw(renderScreen({ ...state, title, speed, recent }, size))
    },
    close: () => logUpdate.done(),
  }
}
