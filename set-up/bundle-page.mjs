import { join } from 'node:path'
import { build } from 'esbuild'

/** Bundles the monitor's page, TypeScript with preact and uPlot, into one script and one style sheet of `folder`. */
export async function bundlePage(root, folder) {
  await build({
    entryPoints: [join(root, 'monitor', 'page', 'page.tsx')],
    outfile: join(folder, 'page.js'),
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'warning',
  })
}
