import { join } from 'node:path'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { EXIT_MEANING } from '../../client/exit-code.ts'
import { buildProgram } from '../../client/program.ts'
import { projectRoot } from '../../settings/project.ts'
import { capturedStreams } from './captured.ts'

const path = join(projectRoot(), 'docs', 'cli.md')

test('docs/cli.md is the help of the program as it is (`npx vitest run --project unit -u cli-page` writes it)', async () => {
  await expect(page()).toMatchFileSnapshot(path)
  expect(page()).toContain('## phoenix demo')
})

test('every command has a description, an example, and --json where it gives a result', () => {
  const lacking = commands().filter(
    ({ name, command, help }) =>
      command.description() === '' ||
      !help.includes(`$ ${name}`) ||
      (name !== 'phoenix worker' && !help.includes('--json')),
  )
  expect(lacking.map(({ name }) => name)).toEqual([])
})

function page(): string {
  const codes = Object.entries(EXIT_MEANING).map(([code, meaning]) => `| ${code} | ${meaning} |`)
  const sections = commands().map(({ name, help }) => `## ${name}\n\n\`\`\`\n${help.trim()}\n\`\`\`\n`)
  return `# The phoenix command

Every command explains itself with \`--help\`, and gives one JSON document on standard output with \`--json\` (what is said on the way then
goes to standard error). On a terminal results are tables; in a pipe they are plain lines, columns separated by tabs. \`NO_COLOR\` is
honoured. A mistake is one line on standard error. Settings are environment variables, or lines of \`<PHOENIX_HOME>/phoenix.yaml\`.

| exit code | meaning |
|---|---|
${codes.join('\n')}

Commands that place or release a hold are done when the row is committed: from then on no recipe starts in its scope, whether workers
and Temporal are up or not.

${sections.join('\n')}`
}

function commands(): { name: string; command: Command; help: string }[] {
  const captured = capturedStreams(100)
  const program = buildProgram({ env: {}, streams: captured.streams }, () => undefined)
  let before = 0
  return leaves(program, '').map(({ name, command }) => {
    command.outputHelp()
    const help = captured.out().slice(before)
    before = captured.out().length
    return { name, command, help }
  })
}

function leaves(command: Command, above: string): { name: string; command: Command }[] {
  const name = `${above} ${command.name()}`.trim()
  return command.commands.length === 0 ? [{ name, command }] : command.commands.flatMap((sub) => leaves(sub, name))
}
