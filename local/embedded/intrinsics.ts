/** Looks up what a template refers to. Both throw for what they do not know. */
export interface References {
  /** What `Ref` means for a resource, a parameter or a pseudo parameter; `undefined` is `AWS::NoValue`. */
  ref(name: string): unknown;
  attribute(logicalId: string, attribute: string): unknown;
}

type Intrinsic = (argument: unknown, references: References) => unknown;

const INTRINSICS = new Map<string, Intrinsic>([
  ['Ref', (argument, references) => references.ref(text(argument))],
  ['Fn::GetAtt', (argument, references) => getAttribute(argument, references)],
  ['Fn::Join', (argument, references) => join(argument, references)],
  ['Fn::Sub', (argument, references) => substitute(argument, references)],
  ['Fn::Select', (argument, references) => select(argument, references)],
  ['Fn::Split', (argument, references) => split(argument, references)],
]);

/**
 * A template's value with its intrinsic functions worked out.
 * @throws if it uses an intrinsic function that is not known here, naming it
 */
export function resolveIntrinsics(value: unknown, references: References): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => resolveIntrinsics(item, references)).filter((item) => item !== undefined);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (only !== undefined && entries.length === 1) {
    const [name, argument] = only;
    const intrinsic = INTRINSICS.get(name);
    if (intrinsic !== undefined) return intrinsic(argument, references);
    if (name.startsWith('Fn::') || name === 'Condition') throw new Error(`${name} is not supported`);
  }
  const resolved = entries.map(([key, item]) => [key, resolveIntrinsics(item, references)] as const);
  return Object.fromEntries(resolved.filter(([, item]) => item !== undefined));
}

function getAttribute(argument: unknown, references: References): unknown {
  const [logicalId, ...rest] = typeof argument === 'string' ? argument.split('.') : list(argument).map(text);
  return references.attribute(text(logicalId), rest.join('.'));
}

function join(argument: unknown, references: References): string {
  const [separator, items] = list(argument);
  return list(resolveIntrinsics(items, references)).map(text).join(text(separator));
}

function split(argument: unknown, references: References): string[] {
  const [separator, value] = list(argument);
  return text(resolveIntrinsics(value, references)).split(text(separator));
}

function select(argument: unknown, references: References): unknown {
  const [index, items] = list(argument);
  const chosen = list(resolveIntrinsics(items, references))[Number(index)];
  if (chosen === undefined) throw new Error(`Fn::Select has no item ${String(index)}`);
  return chosen;
}

function substitute(argument: unknown, references: References): string {
  const [template, variables] = typeof argument === 'string' ? [argument, {}] : list(argument);
  const own = new Map(Object.entries(resolveIntrinsics(variables, references) ?? {}));
  return text(template).replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
    if (literal === '!') return `\${${name}}`;
    if (own.has(name)) return text(own.get(name));
    return text(name.includes('.') ? getAttribute(name, references) : references.ref(name));
  });
}

function text(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new Error(`${JSON.stringify(value)} stands where a text is needed`);
}

function list(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`${JSON.stringify(value)} stands where a list is needed`);
}
