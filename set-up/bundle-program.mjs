import { join } from 'node:path'
import { build } from 'esbuild'

/**
 * Bundles the compiled command into a few files of `dist/program`: a command is a process of its own, and reading a thousand small modules
 * would be most of its time. What holds native code, or starts threads from files of its own, stays a package.
 */
export async function bundleProgram(dist) {
  await build({
    entryPoints: [join(dist, 'client', 'phoenix.js')],
    outdir: join(dist, 'program'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['@temporalio/*', '@resvg/*', 'piscina', 'pino', 'pg-native'],
    // For packages in the older form of modules.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    logLevel: 'warning',
  })
}
