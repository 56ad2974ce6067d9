import { fork, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { HttpArchive } from '../archive/http.ts'
import { packLzw } from '../simulator/pack-lzw.ts'

/**
 * `node dist/bench/download.js [megabytes] [rounds]`: download + checksum + fsync + rename of one file from a local server in another process,
 * beside `curl -o` of the same file in the same run. The target is at least 0.6 of what curl gives.
 */
const TARGET = 0.6

const [mode = '64', second = '9'] = process.argv.slice(2)
if (mode === 'serve') serve(second)
else await measure(Number(mode), Number(second))

/** The server: no fault, no limit, the checksum of the archive in a header. */
function serve(folder: string): void {
  const server = createServer((request, response) => {
    const path = join(folder, String(request.url).split('/').at(-1) ?? '')
    const sums = { 'x-checksum-sha256': process.env['BENCH_SHA256'] ?? '' }
    response.writeHead(200, { 'content-length': statSync(path).size, ...sums })
    createReadStream(path, { highWaterMark: 1 << 20 }).pipe(response)
  })
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
}

async function measure(megabytes: number, rounds: number): Promise<void> {
  const folder = mkdtempSync(join(os.tmpdir(), 'phoenix-bench-'))
  const targets = join(folder, 'targets')
  mkdirSync(targets)
  const data = fitsLike(megabytes)
  writeFileSync(join(folder, 'plain.fits'), data)
  writeFileSync(join(folder, 'gzip.fits'), gzipSync(data, { level: 1 }))
  writeFileSync(join(folder, 'lzw.fits'), packLzw(data))
  const sha256 = createHash('sha256').update(data).digest('hex')
  const server = fork(fileURLToPath(import.meta.url), ['serve', folder], {
    env: { ...process.env, BENCH_SHA256: sha256 },
  })
  try {
    const [port] = await once(server, 'message')
    const address = `http://127.0.0.1:${port}/<file>`
    const limits = { maximumBytes: 2 ** 33 }
    const archive = new HttpArchive({ address, limits })
    const ours = (name: string) => async () => {
      const file = await archive.fetch('raw', name, join(targets, 'ours.fits'))
      if (file.sha256 !== sha256 || file.checksum !== 'agrees') throw new Error(`${name} arrived with other bytes`)
    }
    const curl = async () => {
      const { status } = spawnSync('curl', [
        '-s',
        '-o',
        join(targets, 'curl.fits'),
        `http://127.0.0.1:${port}/plain.fits`,
      ])
      if (status !== 0) throw new Error(`curl ended with ${status}`)
    }
    const ways = { curl, plain: ours('plain.fits'), gzip: ours('gzip.fits'), lzw: ours('lzw.fits') }
    const seconds = await timed(ways, rounds)
    const speed = (way: keyof typeof ways) => megabytes / median(seconds[way])
    const line = (way: keyof typeof ways, name: string) =>
      console.log(`${name.padEnd(34)} ${speed(way).toFixed(0).padStart(6)} MB/s`)
    console.log(`${megabytes} MB, median of ${rounds} rounds, sizes as unpacked`)
    line('curl', 'curl -o')
    line('plain', 'phoenix: fetch, verify, rename')
    line('gzip', 'phoenix: the same from .gz')
    line('lzw', 'phoenix: the same from .Z')
    const ratio = speed('plain') / speed('curl')
    console.log(`ratio to curl ${ratio.toFixed(2)} (target ${TARGET})`)
    process.exitCode = ratio >= TARGET ? 0 : 1
  } finally {
    server.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The ways take turns, so that whatever else the machine does hits all of them; one round before does not count. */
async function timed<Way extends string>(
  ways: Record<Way, () => Promise<void>>,
  rounds: number,
): Promise<Record<Way, number[]>> {
  const seconds: Record<string, number[]> = {}
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, way] of Object.entries<() => Promise<void>>(ways)) {
      const begin = performance.now()
      await way()
      if (round >= 0) (seconds[name] ??= []).push((performance.now() - begin) / 1000)
    }
  }
  return seconds
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}

/** As compressible as a CCD frame: a level of 16 bits with noise in its lower bits. */
function fitsLike(megabytes: number): Buffer {
  const data = Buffer.alloc(Math.floor((megabytes * 1e6) / 2880) * 2880)
  randomBytes(data.length).copy(data)
  for (let at = 2880; at < data.length; at += 2) {
    data[at] = 0
    data[at + 1] = 150 + ((data[at + 1] ?? 0) & 15)
  }
  Buffer.from('SIMPLE  =                    T'.padEnd(2880)).copy(data)
  return data
}
