// A process to be killed: ingests what waits of a date with the compiled program, at the pace of a slow archive.
import { setTimeout as sleep } from 'node:timers/promises'
import { MockActivityEnvironment } from '@temporalio/testing'
import { pino } from 'pino'

const [dist, url, schema, runNumber, host, address] = process.argv.slice(2)
const { connect } = await import(`${dist}/database/connect.js`)
const { makeIngest } = await import(`${dist}/activities/ingest.js`)
const { FolderArchive } = await import(`${dist}/archive/folder.js`)
const { NgasArchive } = await import(`${dist}/archive/ngas.js`)
const limits = { tries: 20, pauseSeconds: 0.01 }
const archive = address.startsWith('ngas:')
  ? new NgasArchive({ address, settleSeconds: 2, limits })
  : new FolderArchive(address)
// Every line between two steps is as likely to be hit as the steps themselves.
const slowly = (work) => async (words) => {
  await sleep(10)
  const result = await work(...words)
  await sleep(10)
  return result
}
const target = {
  name: archive.name,
  store: (...words) => slowly((name, path) => archive.store(name, path))(words),
  readBack: (...words) => slowly((name) => archive.readBack(name))(words),
}
const database = connect({ url, schema })
await database.selectFrom('idp').select('state').execute()
process.send('at work')
const { ingest } = makeIngest({ database, name: host, target, log: pino({ level: 'silent' }) })
process.send(await new MockActivityEnvironment().run(() => ingest(Number(runNumber))))
await database.destroy()
process.disconnect()
