import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';

const manifestSchema = z.object({
  artifacts: z.record(z.string(), z.object({ type: z.string(), properties: z.unknown() })).default({}),
});
const stackSchema = z.object({ templateFile: z.string(), stackName: z.string().optional() });
const nestedSchema = z.object({ directoryName: z.string() });
const assetManifestSchema = z.object({ file: z.string() });
const assetsSchema = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.object({ path: z.string().optional() }),
      destinations: z.record(z.string(), z.object({ objectKey: z.string() })),
    }),
  ),
});
const templateSchema = z.object({
  Parameters: z.record(z.string(), z.object({ Default: z.unknown() })).default({}),
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      Properties: z.record(z.string(), z.unknown()).default({}),
    }),
  ),
  Outputs: z.record(z.string(), z.object({ Value: z.unknown() })).default({}),
});

export interface TemplateResource {
  readonly type: string;
  /** As in the template, intrinsic functions included. */
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A synthesised stack. */
export interface Stack {
  readonly name: string;
  /** By logical id. */
  readonly resources: ReadonlyMap<string, TemplateResource>;
  /** Defaults of the template's parameters. */
  readonly parameters: ReadonlyMap<string, unknown>;
  readonly outputs: ReadonlyMap<string, unknown>;
  /** Absolute paths of the assets' files or folders, by the object key that they are deployed under. */
  readonly assets: ReadonlyMap<string, string>;
}

/**
 * Reads one stack of a cloud assembly, those of its stages included.
 * @param stackName the stack's name or artifact id; may be left out where there is only one
 * @throws if there is no such stack, or several to choose from
 */
export function readStack(assemblyDir: string, stackName?: string): Stack {
  const stacks = stacksOf(path.resolve(assemblyDir));
  const chosen = stacks.filter(
    ({ id, name }) => stackName === undefined || stackName === id || stackName === name,
  );
  const [only] = chosen;
  if (only === undefined || chosen.length > 1) {
    const names = stacks.map(({ name }) => name).join(', ') || 'none';
    throw new Error(`${assemblyDir}: name the stack to run; there are: ${names}`);
  }
  const template = templateSchema.parse(readJson(path.join(only.dir, only.templateFile)));
  return {
    name: only.name,
    resources: new Map(
      Object.entries(template.Resources).map(([logicalId, resource]) => [
        logicalId,
        { type: resource.Type, properties: resource.Properties },
      ]),
    ),
    parameters: new Map(Object.entries(template.Parameters).map(([name, { Default }]) => [name, Default])),
    outputs: new Map(Object.entries(template.Outputs).map(([name, { Value }]) => [name, Value])),
    assets: assetsOf(only.dir),
  };
}

interface StackArtifact {
  readonly id: string;
  readonly name: string;
  readonly dir: string;
  readonly templateFile: string;
}

function stacksOf(dir: string): StackArtifact[] {
  return artifactsOf(dir).flatMap(({ id, type, properties }) => {
    if (type === 'cdk:cloud-assembly')
      return stacksOf(path.join(dir, nestedSchema.parse(properties).directoryName));
    if (type !== 'aws:cloudformation:stack') return [];
    const { templateFile, stackName = id } = stackSchema.parse(properties);
    return [{ id, name: stackName, dir, templateFile }];
  });
}

function assetsOf(dir: string): Map<string, string> {
  const manifests = artifactsOf(dir).filter(({ type }) => type === 'cdk:asset-manifest');
  const files = manifests.flatMap(({ properties }) => {
    const { file } = assetManifestSchema.parse(properties);
    return Object.values(assetsSchema.parse(readJson(path.join(dir, file))).files);
  });
  return new Map(
    files.flatMap(({ source, destinations }) =>
      Object.values(destinations).map(
        ({ objectKey }) => [objectKey, path.resolve(dir, source.path ?? '')] as const,
      ),
    ),
  );
}

function artifactsOf(dir: string): { id: string; type: string; properties: unknown }[] {
  const { artifacts } = manifestSchema.parse(readJson(path.join(dir, 'manifest.json')));
  return Object.entries(artifacts).map(([id, { type, properties }]) => ({ id, type, properties }));
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
