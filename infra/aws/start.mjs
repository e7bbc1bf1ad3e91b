// The CDK CLI starts this, on whatever Node the machine has.
// Plain JavaScript on purpose: an older Node cannot read the TypeScript that the rest is written in.
if (!/^v24\./.test(process.version)) {
  process.stderr.write(
    `The CDK app runs on Node 24, and this is ${process.version}. npm brings Node 24 for Linux and macOS on x64 and ` +
      'arm64: start the CLI with npx, in a folder where npm ci has run. Elsewhere install it by hand.\n',
  )
  process.exit(1)
}
await import('./app.ts')
