/** Help text after the options: examples as they are typed. */
export function example(...lines: readonly string[]): string {
  return `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.map((line) => `  $ ${line}`).join('\n')}`
}

export const JSON_OPTION = ['--json', 'print one JSON document'] as const
