import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { initWasm, Resvg } from '@resvg/resvg-wasm'

/** The picture as PNG, twice the size in pixels of the SVG. The font comes with the program: what the machine has does not matter. */
export async function previewPng(svg: string): Promise<Buffer> {
  const fonts = await loaded()
  const picture = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: 2 },
    font: { fontBuffers: [...fonts], loadSystemFonts: false, defaultFontFamily: 'DejaVu Sans' },
  })
  const rendered = picture.render()
  try {
    return Buffer.from(rendered.asPng())
  } finally {
    // The memory of WebAssembly is not collected.
    rendered.free()
    picture.free()
  }
}

let loading: Promise<readonly Uint8Array[]> | undefined

/** Renderer and fonts, once for each thread. */
function loaded(): Promise<readonly Uint8Array[]> {
  loading ??= load()
  return loading
}

async function load(): Promise<readonly Uint8Array[]> {
  const { resolve } = createRequire(import.meta.url)
  await initWasm(await readFile(resolve('@resvg/resvg-wasm/index_bg.wasm')))
  const names = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf']
  return Promise.all(names.map((name) => readFile(resolve(`dejavu-fonts-ttf/ttf/${name}`))))
}
