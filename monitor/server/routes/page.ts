import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Hono } from 'hono'
import { etag } from 'hono/etag'
import { InfrastructureError } from '../../../domain/failure.ts'
import { projectRoot } from '../../../settings/project.ts'
import type { Guarded } from '../guard.ts'

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M8 1 15 15 8 11 1 15Z" fill="#0b62a8"/></svg>`

/** One page for every view: the script reads the address and asks for the data. */
export function pageRoutes(): Hono<Guarded> {
  const script = asset('page.js')
  const style = asset('page.css')
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>phoenix</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/page.css?${style.version}">
<script type="module" src="/assets/page.js?${script.version}"></script>
</head>
<body><div id="page"></div><noscript>This page needs JavaScript; the command line does not: phoenix status.</noscript></body>
</html>
`
  const routes = new Hono<Guarded>()
  routes.use('/assets/*', etag())
  routes.get('/assets/page.js', (context) => {
    return context.body(script.content, 200, {
      'Content-Type': 'text/javascript; charset=utf-8',
      'Cache-Control': 'no-cache',
    })
  })
  routes.get('/assets/page.css', (context) => {
    return context.body(style.content, 200, { 'Content-Type': 'text/css; charset=utf-8', 'Cache-Control': 'no-cache' })
  })
  routes.get('/assets/icon.svg', (context) => context.body(icon, 200, { 'Content-Type': 'image/svg+xml' }))
  routes.get('/assets/*', (context) => context.text('no such file\n', 404))
  routes.get('*', (context) => context.html(html, 200, { 'Cache-Control': 'no-cache' }))
  return routes
}

function asset(name: string): { content: string; version: string } {
  const path = join(projectRoot(), 'dist', 'monitor', 'page', name)
  try {
    const content = readFileSync(path, 'utf8')
    return { content, version: createHash('sha256').update(content).digest('hex').slice(0, 12) }
  } catch (cause) {
    throw new InfrastructureError(`${path} is not built: \`npm run build\` does it`, { cause })
  }
}
