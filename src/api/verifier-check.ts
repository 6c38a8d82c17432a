import type { Static } from 'typebox';
import { duration, intOrString } from './formats.ts';
import { oneOf, optional, struct, text, textList } from './schema.ts';

export const VerifierCheck = struct(
  'One check of restored data.',
  {
    name: text('Name of the check.', { minLength: 1, maxLength: 63 }),
    type: oneOf('Proof compares checksums with the source; RowCount counts; Query compares one value; Script runs a program.', [
      'Proof',
      'RowCount',
      'Query',
      'Script',
    ]),
    database: optional(text('RowCount: the database.')),
    table: optional(text('RowCount: the table.')),
    query: optional(text('Query: a statement whose result is one value.')),
    expect: optional(
      struct('What the value must be.', {
        operator: optional(
          oneOf('How it is compared.', ['Equal', 'NotEqual', 'LessThan', 'LessThanOrEqual', 'GreaterThan', 'GreaterThanOrEqual']),
        ),
        value: optional(intOrString('What it is compared with.')),
        newerThan: optional(duration('A time in the data must be no older than this, measured from the restored point.')),
      }),
    ),
    script: optional(struct('Script: the program.', { location: text('Its path.'), args: optional(textList('Its arguments.')) })),
  },
  {
    rules: [
      { rule: "self.type != 'RowCount' || has(self.table)", message: 'a RowCount needs a table', fieldPath: '.table' },
      { rule: "self.type != 'Query' || has(self.query)", message: 'a Query needs a query', fieldPath: '.query' },
      { rule: "self.type != 'Script' || has(self.script)", message: 'a Script needs a script', fieldPath: '.script' },
      {
        rule: "!(self.type in ['RowCount', 'Query']) || (has(self.expect) && (has(self.expect.newerThan) || (has(self.expect.operator) && has(self.expect.value))))",
        message: 'expect is missing: give operator and value, or newerThan',
      },
    ],
  },
);
export type VerifierCheck = Static<typeof VerifierCheck>;
