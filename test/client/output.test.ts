import { afterEach, expect, test, vi } from 'vitest'
import { Output, processStreams } from '../../client/output.ts'
import { capturedStreams } from './captured.ts'

afterEach(() => vi.unstubAllEnvs())

test('with --json standard output is one document, all else goes to standard error', () => {
  const { streams, out, error } = capturedStreams()
  const output = new Output(streams, true)
  output.say('progress')
  output.heading('title')
  output.table([{ title: 'a', text: (row: string) => row }], ['cell'])
  output.warn('look')
  output.result({ done: true }, () => output.say('for people'))
  expect(JSON.parse(out())).toEqual({ done: true })
  expect(error()).toBe('progress\ntitle\nwarning: look\n')
})

test('for people: lines and tables on standard output, warnings on standard error', () => {
  const { streams, out, error } = capturedStreams(80)
  const output = new Output(streams, false)
  output.table([{ title: 'a', text: (row: string) => row }], ['cell'])
  output.table([{ title: 'empty', text: (row: string) => row }], [])
  output.warn('look')
  output.result({ done: true }, () => output.say('for people'))
  expect(out()).toBe('a\ncell\nfor people\n')
  expect(error()).toBe('warning: look\n')
})

test('colour only where it is wanted', () => {
  const { streams, out } = capturedStreams(80)
  new Output({ ...streams, colour: true }, false).heading('title')
  expect(out()).toBe('\u001b[1mtitle\u001b[0m\n')
  const [stdout, stderr] = [process.stdout.isTTY, process.stderr.isTTY]
  try {
    process.stdout.isTTY = true
    process.stderr.isTTY = true
    expect(processStreams({}).colour).toBe(true)
    expect(processStreams({ NO_COLOR: '' }).colour).toBe(true)
    expect(processStreams({ NO_COLOR: '1' }).colour).toBe(false)
    expect(processStreams({ TERM: 'dumb' }).colour).toBe(false)
    process.stdout.isTTY = false
    expect(processStreams({}).colour).toBe(false)
    expect(processStreams({}).width).toBeNull()
  } finally {
    process.stdout.isTTY = stdout
    process.stderr.isTTY = stderr
  }
})
