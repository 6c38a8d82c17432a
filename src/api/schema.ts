import Type, { type TArray, type TObject, type TProperties, type TRecord, type TSchema, type TString, type TUnsafe } from 'typebox';

/**
 * The vocabulary all kinds are written in. A schema is at once the TypeScript type (`Static`), what the local validator checks, the
 * CRD and the reference page, so it uses only what a structural schema of Kubernetes can say.
 */
export const optional = Type.Optional;

/** A CEL rule (`x-kubernetes-validations`); the local validator runs the very same text. */
export interface Rule {
  rule: string;
  message: string;
  /** Field the problem is reported at, as `.name`; the object the rule stands on when absent. */
  fieldPath?: string;
}

interface StructOptions {
  rules?: Rule[];
}

/** An object with named fields. A field with a default may be left out of a manifest, but is always there once validated. */
export function struct<P extends TProperties>(description: string, properties: P, options: StructOptions = {}): TObject<P> {
  const schema = Type.Object(properties, { description, ...(options.rules && { 'x-kubernetes-validations': options.rules }) });
  // TypeBox leaves `required` out when it would be empty, whatever its type says.
  const required = (schema.required as string[] | undefined)?.filter((name) => !('default' in (properties[name] as object))) ?? [];
  return Object.assign(schema, { required }) as TObject<P>;
}

interface TextOptions {
  default?: string;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
  /** What is accepted, in words, where the pattern does not say it to people. */
  accepts?: string;
  /** A check that is more than a pattern; see `ValidateOptions`. */
  check?: 'schedule' | 'timeZone';
}

export function text(description: string, { accepts, check, ...options }: TextOptions = {}): TString {
  return Type.String({ description, ...options, ...(accepts && { 'x-stash-accepts': accepts }), ...(check && { 'x-stash-check': check }) });
}

interface NumberOptions {
  default?: number;
  minimum?: number;
  maximum?: number;
}

export function integer(description: string, options: NumberOptions = {}) {
  return Type.Integer({ description, ...options });
}

export function decimal(description: string, options: NumberOptions = {}) {
  return Type.Number({ description, ...options });
}

export function flag(description: string, options: { default?: boolean } = {}) {
  return Type.Boolean({ description, ...options });
}

export function oneOf<const V extends readonly string[]>(
  description: string,
  values: V,
  options: { default?: V[number] } = {},
): TUnsafe<V[number]> {
  return Type.Unsafe<V[number]>({ type: 'string', enum: [...values], description, ...options });
}

interface ListOptions {
  minItems?: number;
  maxItems?: number;
  rules?: Rule[];
}

export function list<S extends TSchema>(description: string, items: S, { rules, ...limits }: ListOptions = {}): TArray<S> {
  return Type.Array(items, { description, ...limits, ...(rules && { 'x-kubernetes-validations': rules }) });
}

/** At most 64 texts of at most 253 characters unless said otherwise: CEL rules may walk over them. */
export function names(description: string, limits: ListOptions = {}): TArray<TString> {
  return list(description, Type.String({ maxLength: 253 }), { maxItems: 64, ...limits });
}

export function textList(description: string): TArray<TString> {
  return list(description, Type.String());
}

export function textMap(description: string): TRecord<'^.*$', TString> {
  return Type.Record(Type.String(), Type.String(), { description });
}

/** An object whose fields we do not know, or leave to Kubernetes to check. */
export function anything(description: string): TUnsafe<Record<string, unknown>> {
  return Type.Unsafe({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true, description });
}

/** The same schema with the description (and perhaps default) that fits where it is used. */
export function described<S extends TSchema>(description: string, schema: S, options: { default?: unknown } = {}): S {
  return Object.defineProperties(
    { ...schema, description, ...options },
    // TypeBox keeps its own marks in properties that are not enumerable; a spread would lose them.
    Object.fromEntries(
      Object.entries(Object.getOwnPropertyDescriptors(schema)).filter(([key, property]) => key.startsWith('~') && !property.enumerable),
    ),
  );
}
