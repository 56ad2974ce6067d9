import type { Socket } from 'node:net'

export interface NgasRequest {
  readonly method: string
  readonly command: string
  readonly query: ReadonlyMap<string, string>
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
  /** Promised by Content-Length and not sent. */
  readonly missingBytes: number
}

/** The one request of a connection, as a server of HTTP/1.0 reads it; null when the client went away in the middle. */
export async function readNgasRequest(socket: Socket): Promise<NgasRequest | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  let head: ReturnType<typeof parseHead> | null = null
  const stream: AsyncIterable<Buffer> = socket.iterator({ destroyOnReturn: false })
  for await (const chunk of stream) {
    chunks.push(chunk)
    bytes += chunk.length
    if (head === null) head = parseHead(Buffer.concat(chunks))
    // What is more than was promised is ignored.
    if (head !== null && bytes >= head.headBytes + head.bodyBytes) break
  }
  if (head === null || socket.errored !== null) return null
  const { headBytes, bodyBytes, method, address, headers } = head
  const body = Buffer.concat(chunks).subarray(headBytes, headBytes + bodyBytes)
  const [path = '', search = ''] = address.split('?')
  return {
    method,
    command: path.replace(/^\//, ''),
    query: parseQuery(search),
    headers,
    body,
    missingBytes: bodyBytes - body.length,
  }
}

function parseHead(data: Buffer) {
  const end = data.indexOf('\r\n\r\n')
  if (end < 0) return null
  const [first = '', ...lines] = data.subarray(0, end).toString('latin1').split('\r\n')
  const headers = new Map(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  const [method = '', address = ''] = first.split(' ')
  return { headBytes: end + 4, bodyBytes: Number(headers.get('content-length') ?? 0), method, address, headers }
}

/** A plus sign means a space. */
function parseQuery(search: string): ReadonlyMap<string, string> {
  return new Map(
    search
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair): [string, string] => {
        const [name = '', value = ''] = pair.split('=')
        return [name, decodeURIComponent(value.replaceAll('+', ' '))]
      }),
  )
}
