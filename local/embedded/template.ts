import * as z from 'zod';
import type { Stack } from './cloud-assembly.ts';
import { ACCOUNT_ID } from './endpoints.ts';
import { type References, resolveIntrinsics } from './intrinsics.ts';
import {
  attributeOf,
  type LocalResource,
  nameProperty,
  type Place,
  toLocalResource,
} from './local-resource.ts';

/** A stack whose resources have their physical names, so that what refers to them can be worked out. */
export class Template implements References {
  readonly #stack: Stack;
  readonly #pseudoParameters: ReadonlyMap<string, string>;
  readonly #resources = new Map<string, LocalResource>();

  constructor(stack: Stack, place: Place) {
    this.#stack = stack;
    this.#pseudoParameters = new Map([
      ['AWS::Region', place.region],
      ['AWS::AccountId', ACCOUNT_ID],
      ['AWS::Partition', 'aws'],
      ['AWS::URLSuffix', 'amazonaws.com'],
      ['AWS::StackName', stack.name],
    ]);
    for (const [logicalId, resource] of stack.resources) {
      const property = nameProperty(resource.type);
      if (property === undefined) continue;
      const given = this.#checked(logicalId, z.string().optional(), () =>
        resolveIntrinsics(resource.properties[property], this),
      );
      this.#resources.set(logicalId, toLocalResource(logicalId, resource, given, stack.name, place));
    }
  }

  get stackName(): string {
    return this.#stack.name;
  }

  /** The resources that exist here, by logical id. */
  get resources(): ReadonlyMap<string, LocalResource> {
    return this.#resources;
  }

  /** Logical ids of the resources of these types, in the template's order. */
  idsOfType(...types: string[]): string[] {
    return [...this.#stack.resources].flatMap(([id, { type }]) => (types.includes(type) ? [id] : []));
  }

  get(logicalId: string): LocalResource {
    const resource = this.#resources.get(logicalId);
    if (resource === undefined)
      throw new Error(`${this.#describe(logicalId)} does not exist in the embedded run`);
    return resource;
  }

  /** The resource of this type with this name or ARN. */
  find(type: string, nameOrArn: string): LocalResource {
    const ofType = this.idsOfType(type).map((id) => this.get(id));
    const found = ofType.find(({ name, arn }) => name === nameOrArn || arn === nameOrArn);
    if (found === undefined) throw new Error(`${this.#stack.name} has no ${type} ${nameOrArn}`);
    return found;
  }

  /** A property that lists names of resources; those that do not exist here are left out. */
  names(logicalId: string, property: string): string[] {
    const named = z
      .array(z.unknown())
      .parse(this.#stack.resources.get(logicalId)?.properties[property] ?? []);
    const ids = named.map((reference) => z.object({ Ref: z.string() }).safeParse(reference).data?.Ref ?? '');
    return ids.flatMap((id) => this.#resources.get(id)?.name ?? []);
  }

  /**
   * Those properties of a resource that the schema knows, worked out and checked.
   * @throws naming the resource and what is wrong
   */
  properties<T extends z.ZodObject>(logicalId: string, schema: T): z.infer<T> {
    const all = this.#stack.resources.get(logicalId)?.properties ?? {};
    const known = Object.entries(all).filter(([name]) => name in schema.shape);
    return this.#checked(logicalId, schema, () => ({
      ...all,
      ...Object.fromEntries(known.map(([name, value]) => [name, resolveIntrinsics(value, this)])),
    }));
  }

  /** One of the stack's outputs. @throws if there is none of that name */
  output(name: string): string {
    const value = this.#stack.outputs.get(name);
    return this.#checked(`output ${name}`, z.string(), () => resolveIntrinsics(value, this));
  }

  ref(name: string): unknown {
    if (name === 'AWS::NoValue') return undefined;
    const known =
      this.#pseudoParameters.get(name) ?? this.#resources.get(name)?.ref ?? this.#stack.parameters.get(name);
    if (known === undefined) throw new Error(`Ref to ${this.#describe(name)} is not supported`);
    return known;
  }

  attribute(logicalId: string, name: string): string {
    const resource = this.#resources.get(logicalId);
    const value = resource && attributeOf(resource, name);
    if (value !== undefined) return value;
    throw new Error(`Fn::GetAtt ${name} of ${this.#describe(logicalId)} is not supported`);
  }

  #checked<T extends z.ZodType>(where: string, schema: T, value: () => unknown): z.infer<T> {
    try {
      const read = schema.safeParse(value());
      if (read.success) return read.data;
      throw new Error(z.prettifyError(read.error));
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      throw new Error(`${this.#stack.name}, ${where}: ${what}`, { cause: error });
    }
  }

  #describe(name: string): string {
    const type = this.#stack.resources.get(name)?.type;
    return type === undefined ? name : `${name} (${type})`;
  }
}
