import type { Reporter, TestModule } from 'vitest/node'

/** Says in the last lines of a run which tests were skipped for want of something, each with the reason that it gave. */
export class SkippedTestsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const reasons = new Set(modules.flatMap(reasonsOf))
    if (reasons.size === 0) return
    const lines = ['Not tested in this run:', ...[...reasons].map((reason) => `  ${reason}`), '']
    process.stdout.write(`${lines.join('\n')}\n`)
  }
}

function reasonsOf(module: TestModule): string[] {
  return [...module.children.allTests('skipped')].flatMap((test) => {
    const result = test.result()
    return result.state === 'skipped' && result.note !== undefined ? [result.note] : []
  })
}
