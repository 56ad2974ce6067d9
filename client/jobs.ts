import { mkdir, open } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import { jobsOf, linesToTakeOver, type StoredJob, whileOnlyRunner } from '../database/jobs.ts'
import { PreconditionError } from '../domain/failure.ts'
import { jobState } from '../domain/job.ts'
import { completeLines, parseJobLine, writeJobLine } from '../domain/job-line.ts'
import { type CarryOut, type CommandContext, withRecord } from './context.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { startInstallation } from './installation.ts'
import { untilInterrupted } from './interrupt.ts'
import { knownPlace } from './place.ts'
import { type JobsEnd, readJobFile, workThroughJobs } from './work-through-jobs.ts'

const FILE_OPTION = ['--file <path>', 'the JOB_FILE (default: PHOENIX_JOB_FILE, <PHOENIX_HOME>/jobs)'] as const

interface JobsOptions {
  readonly file?: string
  readonly json?: boolean
}

/** `phoenix jobs`: a file that fills during the day, worked through overnight on this machine. */
export function addJobs(program: Command, carryOut: CarryOut): void {
  const jobs = program
    .command('jobs')
    .description('a JOB_FILE that fills during the day and is worked through overnight')
  jobs
    .command('add')
    .description('append a line to the JOB_FILE')
    .argument('<instrument>')
    .argument('<date>', 'observing night, YYYY-MM-DD')
    .argument('[ab-dir]', 'folder that holds <instrument>/<date>/*.ab (default: PHOENIX_AB_DIR)')
    .option(...FILE_OPTION)
    .option(...JSON_OPTION)
    .addHelpText('after', example('phoenix jobs add UVES 2026-03-01', 'phoenix jobs add UVES 2026-03-01 /data/ab'))
    .action((instrument: string, date: string, abDir: string | undefined, options: JobsOptions) =>
      carryOut(options, (context) => add(ofFile(context, options), instrument, date, abDir)),
    )
  jobs
    .command('run')
    .description('start phoenix here, register and order what the JOB_FILE holds, inside the window')
    .option('--any-time', 'do not wait for the window')
    .option(...FILE_OPTION)
    .option(...JSON_OPTION)
    .addHelpText('after', example('phoenix jobs run', 'phoenix jobs run --any-time --file /data/jobs'))
    .action((options: JobsOptions & { anyTime?: boolean }) =>
      carryOut(options, (context) => run(ofFile(context, options), options.anyTime === true)),
    )
  jobs
    .command('list')
    .description('what of the JOB_FILE is done, failed, running, waiting')
    .option('--all', 'also what the file held before it was emptied or changed')
    .option(...FILE_OPTION)
    .option(...JSON_OPTION)
    .addHelpText('after', example('phoenix jobs list', 'phoenix jobs list --all --json'))
    .action((options: JobsOptions & { all?: boolean }) =>
      carryOut(options, (context) => list(ofFile(context, options), options.all === true)),
    )
}

function ofFile({ settings, output }: CommandContext, { file }: JobsOptions): CommandContext {
  return { settings: file === undefined ? settings : { ...settings, jobFile: resolve(file) }, output }
}

async function add(
  { settings, output }: CommandContext,
  instrumentName: string,
  date: string,
  abDir: string | undefined,
): Promise<ExitCode> {
  const place = await knownPlace(settings, instrumentName, date)
  const job = { ...place, abDir: abDir === undefined ? null : resolve(abDir) }
  const line = writeJobLine(job)
  const parsed = parseJobLine(line)
  if (parsed?.valid !== true) throw new PreconditionError(`not to be written as a line: ${parsed?.problem ?? line}`)
  await append(settings.jobFile, line)
  output.result({ file: settings.jobFile, line, job }, () => output.say(`added to ${settings.jobFile}: ${line}`))
  return EXIT.fine
}

/** One write to the end, so that lines of several writers do not mix; a last line that somebody left without an end gets it. */
async function append(path: string, line: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const file = await open(path, 'a+')
  try {
    const { size } = await file.stat()
    const last = await file.read({ buffer: Buffer.alloc(1), position: Math.max(0, size - 1) })
    const hasEnd = size === 0 || last.buffer.toString() === '\n'
    await file.write(`${hasEnd ? '' : '\n'}${line}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function run({ settings, output }: CommandContext, anyTime: boolean): Promise<ExitCode> {
  await readJobFile(settings.jobFile)
  await startInstallation(settings, 30, (line) => output.say(line))
  const { host, jobFile: path } = settings
  const end = await withRecord(settings, (database) =>
    whileOnlyRunner(database, { host, path }, () =>
      untilInterrupted((until) =>
        workThroughJobs(settings, database, {
          anyTime,
          until,
          say: (line) => output.say(line),
          warn: (line) => output.warn(line),
        }),
      ),
    ),
  )
  if (end === null) {
    output.result({ file: path, end: 'another runner', jobs: [] }, () => undefined)
    output.warn(`another \`phoenix jobs run\` is at work on ${path}: nothing started`)
    return EXIT.othersRun
  }
  await warnOfLastLine(path, (line) => output.warn(line))
  output.result({ file: path, end: end.end, jobs: end.jobs.map(documentOf) }, () => output.say(summary(end)))
  return end.jobs.every((job) => jobState(job).state === 'done') ? EXIT.fine : EXIT.failed
}

/** Somebody may still be writing it; or an editor has left it so. */
async function warnOfLastLine(path: string, warn: (line: string) => void): Promise<void> {
  const content = await readJobFile(path)
  const rest = content.subarray(completeLines(content).byteLength).toString().trim()
  if (rest !== '') warn(`the last line has no end yet and was not taken: ${rest}`)
}

function summary({ end, jobs }: JobsEnd): string {
  const count = (state: string) => jobs.filter((job) => jobState(job).state === state).length
  const counts = ['done', 'failed', 'running', 'waiting'].flatMap((state) =>
    count(state) === 0 ? [] : [`${count(state)} ${state}`],
  )
  const jobsText = counts.length === 0 ? 'no job was waiting' : counts.join(', ')
  if (end === 'window closed')
    return `the window has closed: ${jobsText}; what waits is for the next \`phoenix jobs run\`, dates hold until the evening`
  return end === 'interrupted' ? `${jobsText}; what was ordered goes on: \`phoenix jobs list\` shows it` : jobsText
}

async function list({ settings, output }: CommandContext, every: boolean): Promise<ExitCode> {
  const { host, jobFile: path } = settings
  const content = await readJobFile(path)
  const { jobs, unread } = await withRecord(settings, async (database) => ({
    jobs: await jobsOf(database, { host, path }, every),
    unread: await linesToTakeOver(database, { host, path }, content),
  }))
  output.result({ file: path, jobs: jobs.map(documentOf), notTakenOver: unread }, () => {
    output.table(
      [
        { title: 'line', text: ({ number }) => number, align: 'right' },
        { title: 'job', text: ({ line }) => line },
        { title: 'state', text: ({ state }) => state },
        { title: 'detail', text: ({ detail }) => detail },
      ],
      [
        ...jobs.map((job) => ({ number: String(job.lineNumber), line: job.line, ...jobState(job) })),
        ...unread.map((line) => ({ number: '', line, state: 'waiting', detail: 'for `phoenix jobs run` to read it' })),
      ],
    )
    if (jobs.length + unread.length === 0) output.say(`${path} holds no job`)
  })
  return EXIT.fine
}

function documentOf(job: StoredJob) {
  const { jobId, lineNumber, line, part, run } = job
  return { jobId, part, lineNumber, line, ...job.job, ...jobState(job), runNumber: run?.runNumber ?? null }
}
