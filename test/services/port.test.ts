import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { freePort, isPortFree } from '../../services/port.ts'

test('a port in use is not free, and another is given in its place', async () => {
  const port = await freePort(null)
  expect(await freePort(port)).toBe(port)
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  expect(await isPortFree(port)).toBe(false)
  expect(await freePort(port)).not.toBe(port)
  server.close()
  await once(server, 'close')
  expect(await isPortFree(port)).toBe(true)
})
