import * as z from 'zod';
import type { Template } from './template.ts';

/** One action on one resource that the role of a function has. Either may hold the wildcards `*` and `?`. */
export interface Grant {
  /** The function's logical id. */
  readonly functionId: string;
  readonly action: string;
  readonly resource: string;
}

const several = z.union([z.array(z.string()), z.string().transform((one) => [one])]);
/** Strict: a statement with a condition, or one that denies, would be taken for more than it is. */
const statementSchema = z.strictObject({
  Effect: z.literal('Allow'),
  Action: several,
  Resource: several,
  Sid: z.string().optional(),
});
const policySchema = z.object({
  Roles: z.array(z.string()),
  PolicyDocument: z.object({ Statement: z.array(statementSchema) }),
});
const functionSchema = z.object({ Role: z.string() });
const roleSchema = z.object({
  ManagedPolicyArns: z.array(z.unknown()).max(0, 'what managed policies allow is not known here').optional(),
  Policies: z.array(z.unknown()).max(0, 'policies must stand for themselves').optional(),
});

/** What the role of each function may do, as the template says. @throws where it says it in a way that is not known here */
export function grantsOf(template: Template): Grant[] {
  const functionsByRole = Map.groupBy(template.idsOfType('AWS::Lambda::Function'), (id) => {
    const role = template.find('AWS::IAM::Role', template.properties(id, functionSchema).Role);
    template.properties(role.logicalId, roleSchema);
    return role.name;
  });
  return template.idsOfType('AWS::IAM::Policy').flatMap((id) => {
    const named = template.names(id, 'Roles');
    const functionIds = named.flatMap((role) => functionsByRole.get(role) ?? []);
    // Roles of other things, such as the schedule's, are never asked for here, and may say what is not known.
    if (functionIds.length === 0) return [];
    const { PolicyDocument } = template.properties(id, policySchema);
    return PolicyDocument.Statement.flatMap(({ Action, Resource }) =>
      Action.flatMap((action) =>
        Resource.flatMap((resource) => functionIds.map((functionId) => ({ functionId, action, resource }))),
      ),
    );
  });
}

/** Whether a grant lets its function do this. */
export function allows(
  grant: Grant,
  { caller, action, resource }: { caller: string; action: string; resource: string },
): boolean {
  return grant.functionId === caller && matches(grant.action, action) && matches(grant.resource, resource);
}

function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replaceAll(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(text);
}
