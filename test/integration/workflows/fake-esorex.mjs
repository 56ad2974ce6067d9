#!/usr/bin/env node
// Stands in for esorex and the UVES pipeline. The folder given as --recipe-dir belongs to one test: `starts` gets a line for every
// start, `arguments` the words of each, `<raw>.json` says what becomes of the first, second ... start of that raw, the file `go` lets waiting recipes end.
import { appendFileSync, copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

const folder = process.argv.find((word) => word.startsWith('--recipe-dir='))?.slice('--recipe-dir='.length) ?? ''
const [frame = ''] = readFileSync('in.sof', 'utf8').split(' ')
const raw = basename(frame, '.fits')
const startsPath = join(folder, 'starts')
const before = existsSync(startsPath) ? readFileSync(startsPath, 'utf8').split('\n') : []
const planned = existsSync(join(folder, `${raw}.json`))
  ? JSON.parse(readFileSync(join(folder, `${raw}.json`), 'utf8'))
  : []
const what = planned[before.filter((line) => line === raw).length] ?? 'succeed'
appendFileSync(startsPath, `${raw}\n`)
appendFileSync(join(folder, 'arguments'), `${JSON.stringify([raw, ...process.argv.slice(2)])}\n`)
writeFileSync('.logfile', `log of ${raw}\n`)

const ends = {
  succeed() {
    copyFileSync(join(folder, 'product.fits'), 'products/red.fits')
    writeFileSync('esorex.log', `log of ${raw}\n`)
    writeFileSync('products.json', JSON.stringify([{ name: 'products/red.fits', category: 'RED_SCI_POINT_BLUE' }]))
    process.exit(0)
  },
  'no product': () => process.exit(0),
  fail() {
    writeFileSync('esorex.log', "12:00:00 [ ERROR ] esorex: [1/1] 'no light in this frame' (5) at uves_extract:x.c:1\n")
    process.exit(10)
  },
  'exit 1': () => process.exit(1),
  killed: () => process.kill(process.pid, 'SIGKILL'),
  hang: () => setInterval(() => undefined, 1000),
  wait: () => setInterval(() => existsSync(join(folder, 'go')) && ends.succeed(), 20),
  eat() {
    const kept = []
    setInterval(() => kept.push(Buffer.alloc(8 << 20, 1)), 5)
  },
  write: () => setInterval(() => appendFileSync('big.fits', Buffer.alloc(1 << 20)), 5),
}
ends[what]()
