import { StringDecoder } from 'node:string_decoder';

/** Parses a stream of JSON documents, one a line. The pieces of a long line are joined once, at its end. */
export async function* jsonLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<unknown> {
  const decoder = new StringDecoder('utf8');
  let open: string[] = [];
  for await (const chunk of chunks) {
    const [first = '', ...rest] = decoder.write(chunk).split('\n');
    open.push(first);
    for (const next of rest) {
      const line = open.join('');
      open = [next];
      if (line.trim() !== '') yield JSON.parse(line);
    }
  }
  // A line that was cut off with the connection is no event.
}
