import { StringDecoder } from 'node:string_decoder';

const LONGEST = 1024 * 1024;

/** Splits chunks of UTF-8 into lines without their ends (\n or \r\n); what goes beyond `longest` characters of a line is dropped. */
export function splitLines(onLine: (line: string) => void, longest = LONGEST): { add(chunk: Buffer): void; end(): void } {
  const decoder = new StringDecoder('utf8');
  let open = '';
  const take = (text: string) => {
    open = (open + text).slice(0, longest);
  };
  const emit = () => {
    onLine(open.endsWith('\r') ? open.slice(0, -1) : open);
    open = '';
  };
  const add = (text: string) => {
    let from = 0;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
      take(text.slice(from, at));
      emit();
      from = at + 1;
    }
    take(text.slice(from));
  };
  return {
    add: (chunk) => add(decoder.write(chunk)),
    end: () => {
      add(decoder.end());
      if (open !== '') emit();
    },
  };
}
