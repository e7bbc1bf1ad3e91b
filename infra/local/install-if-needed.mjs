// Runs before `npm start` and `npm test`, on whatever Node the machine has: installs what is missing.
// Plain JavaScript on purpose: an older Node cannot read the TypeScript that the rest is written in.
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const modifiedMs = (path) =>
  statSync(new URL(`../../${path}`, import.meta.url), { throwIfNoEntry: false })?.mtimeMs ?? 0

const isCurrent = modifiedMs('node_modules/.package-lock.json') >= modifiedMs('package-lock.json')
if (!isCurrent) {
  process.stderr.write('Installing dependencies (npm ci) …\n')
  // Its output goes to standard error: standard output belongs to the program that runs next.
  const npm = spawnSync('npm', ['ci', '--loglevel=error', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  if (npm.status !== 0) {
    process.stderr.write('Installing failed: see the lines above. Is the npm registry within reach?\n')
    process.exit(1)
  }
}

const node = spawnSync('node', ['--version'], { cwd: root, encoding: 'utf8' }).stdout?.trim() ?? 'no node'
if (!/^v24\./.test(node)) {
  process.stderr.write(
    `This project runs on Node 24, and ${node} is first on the PATH. npm brings Node 24 for Linux and macOS ` +
      'on x64 and arm64; elsewhere install it by hand, or install without --omit=optional.\n',
  )
  process.exit(1)
}
