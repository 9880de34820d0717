import { randomInt } from 'node:crypto';
import * as z from 'zod';
import type { SecretStore } from './secret-store.ts';
import type { Template } from './template.ts';

const secretSchema = z.object({
  SecretString: z.string().optional(),
  GenerateSecretString: z
    .strictObject({
      PasswordLength: z.number().default(32),
      ExcludePunctuation: z.boolean().default(false),
      ExcludeCharacters: z.string().default(''),
      SecretStringTemplate: z.string().optional(),
      GenerateStringKey: z.string().optional(),
    })
    .optional(),
});
type Generator = NonNullable<z.infer<typeof secretSchema>['GenerateSecretString']>;

/** The stack's secrets, and what they hold to begin with; undefined: nothing. */
export function secretValues(template: Template): { name: string; arn: string; value: string | undefined }[] {
  return template.idsOfType('AWS::SecretsManager::Secret').map((id) => {
    const { name, arn } = template.get(id);
    const { SecretString, GenerateSecretString } = template.properties(id, secretSchema);
    return { name, arn, value: SecretString ?? (GenerateSecretString && generate(GenerateSecretString)) };
  });
}

/** Creates the stack's secrets. */
export function createSecrets(template: Template, store: SecretStore): void {
  for (const { name, arn, value } of secretValues(template))
    store.create(name, value === undefined ? {} : { SecretString: value }, undefined, arn);
}

function generate(generator: Generator): string {
  const password = generatePassword(generator);
  const { SecretStringTemplate, GenerateStringKey } = generator;
  if (SecretStringTemplate === undefined || GenerateStringKey === undefined) return password;
  return JSON.stringify({ ...JSON.parse(SecretStringTemplate), [GenerateStringKey]: password });
}

function generatePassword({ PasswordLength, ExcludePunctuation, ExcludeCharacters }: Generator): string {
  const printable = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index));
  const allowed = printable.filter(
    (character) =>
      !ExcludeCharacters.includes(character) && (!ExcludePunctuation || /[A-Za-z0-9]/.test(character)),
  );
  return Array.from({ length: PasswordLength }, () => allowed[randomInt(allowed.length)]).join('');
}
