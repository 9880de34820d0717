import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { synthesise } from '../../lib/synthesise.ts';

const resourceSchema = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()),
  DeletionPolicy: z.string().optional(),
});
const templateSchema = z.object({
  Resources: z.record(z.string(), resourceSchema),
  Outputs: z.record(z.string(), z.object({ Value: z.unknown() })),
});

export type Template = z.infer<typeof templateSchema>;

/** The template of a deployment with these settings, in half a second: nothing is bundled. */
export function templateOf(settings: Readonly<Record<string, unknown>> = {}): Template {
  const outdir = mkdtempSync(join(tmpdir(), 'rollcall-template-'));
  try {
    const context = Object.entries(settings).map(([name, value]) => [`rollcall:${name}`, value]);
    synthesise({ ...Object.fromEntries(context), 'aws:cdk:bundling-stacks': [] }, outdir);
    const [file = ''] = readdirSync(outdir).filter((name) => name.endsWith('.template.json'));
    return templateSchema.parse(JSON.parse(readFileSync(join(outdir, file), 'utf8')));
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** The resources of a type, their properties read by a schema. */
export function resourcesOf<T extends z.ZodType>(
  template: Template,
  type: string,
  properties: T,
): { id: string; properties: z.infer<T> }[] {
  return Object.entries(template.Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id, resource]) => ({ id, properties: properties.parse(resource.Properties) }));
}

/** The logical id that a `Ref` or `Fn::GetAtt` names; anything else as its JSON text. */
export function targetOf(reference: unknown): string {
  const read = z
    .union([
      z.object({ Ref: z.string() }).transform(({ Ref }) => Ref),
      z
        .object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) })
        .transform((value) => value['Fn::GetAtt'][0]),
      z.string(),
    ])
    .safeParse(reference);
  return read.data ?? JSON.stringify(reference);
}

/** A logical id without the hash that the CDK ends it with. */
export const nameOf = (logicalId: string) => logicalId.replace(/[0-9A-F]{8}$/, '');

/** The resource of this type and logical id, the hash at its end left out. */
export function resourceOf(template: Template, type: string, name: string): Template['Resources'][string] {
  const found = Object.entries(template.Resources).filter(
    ([id, resource]) => resource.Type === type && nameOf(id) === name,
  );
  const [only] = found;
  if (!only || found.length > 1) throw new Error(`${found.length} resources are called ${name}`);
  return only[1];
}

export function propertiesOf(template: Template, type: string, name: string): Record<string, unknown> {
  return resourceOf(template, type, name).Properties;
}

const functionSchema = z.object({ Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }) });

/** The environment of a function as it would find it, references replaced by their JSON text. */
export function environmentOf(template: Template, name: string): Record<string, string> {
  const { Variables } = functionSchema.parse(
    propertiesOf(template, 'AWS::Lambda::Function', name),
  ).Environment;
  const values = Object.entries(Variables).map(([variable, value]) => [
    variable,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return Object.fromEntries(values);
}
