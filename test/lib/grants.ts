import * as z from 'zod';
import { nameOf, resourcesOf, type Template, targetOf } from './template.ts';

const several = z.union([z.array(z.unknown()), z.unknown().transform((one) => [one])]);
const policySchema = z.object({
  Roles: z.array(z.unknown()),
  PolicyDocument: z.object({
    Statement: z.array(z.object({ Effect: z.string(), Action: several, Resource: several })),
  }),
});

export interface Grant {
  readonly role: string;
  readonly action: string;
  /** A logical id, or the JSON text of something else. */
  readonly resource: string;
}

/** Every action that a role may take on a resource. */
export function grantsOf(template: Template): Grant[] {
  return resourcesOf(template, 'AWS::IAM::Policy', policySchema).flatMap(({ properties }) =>
    properties.PolicyDocument.Statement.filter(({ Effect }) => Effect === 'Allow').flatMap((statement) =>
      properties.Roles.flatMap((role) =>
        statement.Action.flatMap((action) =>
          statement.Resource.map((resource) => ({
            role: targetOf(role),
            action: String(action),
            resource: targetOf(resource),
          })),
        ),
      ),
    ),
  );
}

/** What a role may do, as `action resource`, both as a person would name them. */
export function mayDo(template: Template, role: string): string[] {
  return grantsOf(template)
    .filter((grant) => nameOf(grant.role) === role)
    .map(({ action, resource }) => `${action} ${readable(resource)}`)
    .sort();
}

/** The text of a resource, with names in the place of references and without the hashes of logical ids. */
export function readable(resource: string): string {
  return resource
    .replace(/\{"Ref":"AWS::(\w+)"\}/g, '"$1"')
    .replace(/\{"Fn::GetAtt":\["(\w+)","Arn"\]\}/g, '"$1"')
    .replace(/^\{"Fn::Join":\["",\[(.*)\]\]\}$/, (_, parts: string) => JSON.parse(`[${parts}]`).join(''))
    .replace(/(?<=[a-z])[0-9A-F]{8}(?=$|\/)/, '');
}
