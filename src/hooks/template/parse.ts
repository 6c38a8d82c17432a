import { FUNCTIONS } from './functions.ts';
import { lex, type Sign, type Token } from './lex.ts';
import { templateError, type Value } from './value.ts';

export type Node =
  | { type: 'text'; text: string }
  | { type: 'output'; pipe: Pipe }
  | { type: 'set'; name: string; declares: boolean; pipe: Pipe }
  /** `with` also makes the value the dot of its first branch. */
  | { type: 'if' | 'with'; variable?: string; pipe: Pipe; body: Node[]; otherwise: Node[] };

/** Commands from left to right; each gets the value before it as its last argument. */
export type Pipe = Command[];
export type Command = { call: string; args: Operand[] } | { value: Operand };
export type Operand =
  | { type: 'literal'; value: Value }
  | { type: 'field'; path: string[] }
  | { type: 'variable'; name: string; path: string[] }
  | { type: 'pipe'; pipe: Pipe };

/**
 * Reads the part of Go's templates that hooks use: fields, variables, pipes, functions, if/else and with. Whatever else Go has (range,
 * define, template, unknown functions) is refused by name with Invalid: a text rendered by halves must not be sent.
 */
export function parseTemplate(text: string): Node[] {
  const parser = new Parser(lex(text));
  const { nodes, ended } = parser.block();
  if (ended !== undefined) throw templateError(`"${ended}" stands without "if" or "with"`);
  return nodes;
}

type BlockEnd = 'end' | 'else' | undefined;

class Parser {
  readonly #tokens: Token[];
  #at = 0;

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  /** Nodes up to `end` or `else` of the block that surrounds them, whose word is consumed, or to the end of the template. */
  block(): { nodes: Node[]; ended: BlockEnd } {
    const nodes: Node[] = [];
    for (let token = this.#next(); token; token = this.#next()) {
      if (token.type === 'text') {
        nodes.push(token);
        continue;
      }
      const word = this.#keyword();
      if (word === 'end') this.#expectClose();
      if (word === 'end' || word === 'else') return { nodes, ended: word };
      nodes.push(word ? this.#branch(word) : this.#statement());
    }
    return { nodes, ended: undefined };
  }

  #branch(type: 'if' | 'with'): Node {
    const variable = this.#declared();
    const pipe = this.#pipe();
    this.#expectClose();
    const { nodes, ended } = this.block();
    if (ended === undefined) throw templateError(`"${type}" has no "end"`);
    const otherwise = ended === 'else' ? this.#otherwise(type) : [];
    return { type, ...(variable !== undefined && { variable }), pipe, body: nodes, otherwise };
  }

  /** What follows the word `else`: another condition, or the last branch. */
  #otherwise(type: string): Node[] {
    const word = this.#keyword();
    if (word === 'if' || word === 'with') return [this.#branch(word)];
    this.#expectClose();
    const { nodes, ended } = this.block();
    if (ended !== 'end') throw templateError(`the "else" of "${type}" has no "end"`);
    return nodes;
  }

  #statement(): Node {
    const variable = this.#declared();
    if (variable !== undefined) return this.#closed({ type: 'set', name: variable, declares: true, pipe: this.#pipe() });
    const [token, sign] = [this.#tokens[this.#at], this.#tokens[this.#at + 1]];
    if (token?.type === 'variable' && token.path.length === 0 && sign?.type === 'sign' && sign.sign === '=') {
      this.#at += 2;
      return this.#closed({ type: 'set', name: token.name, declares: false, pipe: this.#pipe() });
    }
    return this.#closed({ type: 'output', pipe: this.#pipe() });
  }

  #pipe(): Pipe {
    const commands = [this.#command()];
    while (this.#skip('|')) commands.push(this.#command());
    return commands;
  }

  #command(): Command {
    const token = this.#tokens[this.#at];
    if (token?.type === 'word' && !LITERALS.has(token.word)) {
      this.#at += 1;
      return { call: known(token.word), args: this.#operands() };
    }
    const [value, ...further] = this.#operands();
    if (!value) throw templateError('an action or a pair of parentheses is empty');
    if (further.length > 0) throw templateError('a value that is no function is given arguments');
    return { value };
  }

  #operands(): Operand[] {
    const operands: Operand[] = [];
    for (let operand = this.#operand(); operand; operand = this.#operand()) operands.push(operand);
    return operands;
  }

  #operand(): Operand | undefined {
    const token = this.#tokens[this.#at];
    if (this.#skip('(')) {
      const pipe = this.#pipe();
      if (!this.#skip(')')) throw templateError('a parenthesis is not closed');
      return { type: 'pipe', pipe };
    }
    if (!token || !('value' in token || 'path' in token || 'word' in token)) return undefined;
    this.#at += 1;
    if ('path' in token) return token;
    if ('value' in token) return { type: 'literal', value: token.value };
    if (LITERALS.has(token.word)) return { type: 'literal', value: LITERALS.get(token.word) };
    return { type: 'pipe', pipe: [{ call: known(token.word), args: [] }] };
  }

  /** The name in `$name :=`, if that comes next. */
  #declared(): string | undefined {
    const [token, sign] = [this.#tokens[this.#at], this.#tokens[this.#at + 1]];
    if (token?.type !== 'variable' || token.path.length > 0 || sign?.type !== 'sign' || sign.sign !== ':=') return undefined;
    this.#at += 2;
    return token.name;
  }

  #keyword(): (typeof KEYWORDS)[number] | undefined {
    const token = this.#tokens[this.#at];
    if (token?.type !== 'word') return undefined;
    if (UNSUPPORTED.has(token.word)) throw templateError(`"${token.word}" is not supported; blocks are "if", "else" and "with"`);
    const found = KEYWORDS.find((keyword) => keyword === token.word);
    if (found) this.#at += 1;
    return found;
  }

  #closed(node: Node): Node {
    this.#expectClose();
    return node;
  }

  #expectClose(): void {
    if (this.#next()?.type !== 'close') throw templateError('an action goes on where it should end');
  }

  #skip(sign: Sign): boolean {
    const token = this.#tokens[this.#at];
    if (token?.type !== 'sign' || token.sign !== sign) return false;
    this.#at += 1;
    return true;
  }

  #next(): Token | undefined {
    return this.#tokens[this.#at++];
  }
}

const KEYWORDS = ['if', 'with', 'else', 'end'] as const;
const UNSUPPORTED = new Set(['range', 'define', 'template', 'block', 'break', 'continue']);
const LITERALS = new Map<string, Value>([
  ['true', true],
  ['false', false],
  ['nil', null],
]);

function known(word: string): string {
  if (FUNCTIONS.has(word)) return word;
  throw templateError(`function "${word}" is not supported; there are ${[...FUNCTIONS.keys()].sort().join(', ')}`);
}
