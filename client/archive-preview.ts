import type { Command } from 'commander'
import { idpPreview } from '../database/previews.ts'
import { PreconditionError } from '../domain/failure.ts'
import { previewPng } from '../idp/preview.ts'
import { type CarryOut, withRecord } from './context.ts'
import { example, JSON_OPTION } from './example.ts'
import { EXIT } from './exit-code.ts'
import { writeNamedFile } from './write-file.ts'

/** `phoenix archive preview NAME --output FILE`: the picture of an IDP, drawn when it was made. */
export function addArchivePreview(archive: Command, carryOut: CarryOut): void {
  archive
    .command('preview')
    .description('write the picture of an IDP: as PNG or SVG, by the ending of the file')
    .argument('<name>', 'archive name, or an AB: its live IDP')
    .requiredOption('--output <file>', 'file ending in .png or .svg')
    .option(...JSON_OPTION)
    .addHelpText('after', example('phoenix archive preview ADP.2026-03-02T10:00:00.000.fits --output spectrum.png'))
    .action((name: string, { output: file, json = false }: { output: string; json?: boolean }) =>
      carryOut({ json }, ({ settings, output }) =>
        withRecord(settings, async (database) => {
          if (!/\.(png|svg)$/.test(file))
            throw new PreconditionError(`--output ${file}: expected a file ending in .png or .svg`)
          const svg = await idpPreview(database, name)
          if (svg === null)
            throw new PreconditionError(`no picture of ${name}: it is no IDP, or one that was not converted`)
          await writeNamedFile(file, file.endsWith('.png') ? await previewPng(svg) : svg)
          output.result({ file }, () => output.say(`${file} written`))
          return EXIT.fine
        }),
      ),
    )
}
