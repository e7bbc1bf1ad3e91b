import { fileURLToPath } from 'node:url'
import { type BundlingOptions, type ICommandHooks, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs'

const LAMBDA_CREDENTIALS = fileURLToPath(
  new URL('../../../functions/runtime/lambda-credentials.ts', import.meta.url),
)

/** Without it a bundled CommonJS package that calls `require` stops at import. */
const REQUIRE_BANNER =
  "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);"

/** How esbuild bundles a function: one ES module with a source map, and all packages in it. */
export const bundling = (commandHooks: ICommandHooks | undefined): BundlingOptions => ({
  format: OutputFormat.ESM,
  target: 'node24',
  minify: true,
  sourceMap: true,
  // The sources are in the repository, by the commit that the stack was deployed from.
  sourcesContent: false,
  banner: REQUIRE_BANNER,
  bundleAwsSDK: true,
  mainFields: ['module', 'main'],
  esbuildArgs: { '--alias:@aws-sdk/credential-provider-node': LAMBDA_CREDENTIALS },
  ...(commandHooks === undefined ? {} : { commandHooks }),
})
