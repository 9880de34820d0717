import * as z from 'zod';
import type { AwsCall } from '../../local/embedded/call-recorder.ts';
import { ACCOUNT_ID, REGION } from '../../local/embedded/endpoints.ts';
import { resolveIntrinsics } from '../../local/embedded/intrinsics.ts';
import type { LocalResource } from '../../local/embedded/local-resource.ts';
import { resourcesOf, type Template, targetOf } from '../lib/template.ts';

/** One action on one resource that a function's role allows. */
export interface Grant {
  /** The function's logical id. */
  readonly caller: string;
  readonly action: string;
  /** An ARN, with `*` for anything; of what the embedded run does not have, the logical id. */
  readonly resource: string;
}

/** What a call was for, in the words of IAM. */
export interface Use {
  readonly caller: string;
  readonly action: string;
  readonly resource: string;
}

type Resources = ReadonlyMap<string, LocalResource>;

const several = z.union([z.array(z.unknown()), z.unknown().transform((one) => [one])]);
const policySchema = z.object({
  Roles: z.array(z.unknown()),
  PolicyDocument: z.object({
    Statement: z.array(z.object({ Effect: z.literal('Allow'), Action: several, Resource: several })),
  }),
});

/** Every action on every resource that each function's role allows, as the embedded run names resources. */
export function grantsOf(template: Template, resources: Resources): Grant[] {
  const functions = resourcesOf(template, 'AWS::Lambda::Function', z.object({ Role: z.unknown() }));
  const callers = new Map(functions.map(({ id, properties }) => [targetOf(properties.Role), id]));
  return resourcesOf(template, 'AWS::IAM::Policy', policySchema).flatMap(({ properties }) =>
    properties.Roles.flatMap((role) => {
      const caller = callers.get(targetOf(role));
      // The schedule's own role is used by AWS alone.
      if (caller === undefined) return [];
      return properties.PolicyDocument.Statement.flatMap(({ Action, Resource }) =>
        Action.flatMap((action) =>
          Resource.map((resource) => ({
            caller,
            action: String(action),
            resource: String(resolveIntrinsics(resource, referencesTo(resources))),
          })),
        ),
      );
    }),
  );
}

function referencesTo(resources: Resources) {
  const pseudo = new Map([
    ['AWS::Partition', 'aws'],
    ['AWS::Region', REGION],
    ['AWS::AccountId', ACCOUNT_ID],
    ['AWS::URLSuffix', 'amazonaws.com'],
  ]);
  return {
    ref: (name: string) => pseudo.get(name) ?? resources.get(name)?.ref ?? name,
    attribute: (logicalId: string) => resources.get(logicalId)?.arn ?? logicalId,
  };
}

/** What each call used: the same however often it was made. */
export function usesOf(calls: readonly AwsCall[], resources: Resources): Use[] {
  const uses = calls.flatMap(({ caller, action, input }) =>
    arnsOf(action, input, resources).map((resource) => ({ caller, action, resource })),
  );
  return [...new Map(uses.map((use) => [JSON.stringify(use), use])).values()];
}

function arnsOf(action: string, input: AwsCall['input'], resources: Resources): string[] {
  const text = (field: string) => String(input[field]);
  const arn = (service: string, rest: string) => `arn:aws:${service}:${REGION}:${ACCOUNT_ID}:${rest}`;
  switch (action.split(':')[0]) {
    case 'sqs':
      return [arn('sqs', text('QueueUrl').split('/').at(-1) ?? '')];
    case 'dynamodb': {
      const table = arn('dynamodb', `table/${text('TableName')}`);
      return [input['IndexName'] === undefined ? table : `${table}/index/${text('IndexName')}`];
    }
    case 'secretsmanager': {
      const id = text('SecretId');
      const known = [...resources.values()].find(({ name }) => name === id)?.arn;
      return [id.startsWith('arn:') ? id : (known ?? arn('secretsmanager', `secret:${id}-a1b2c3`))];
    }
    case 'events':
      return (input['Entries'] as readonly { EventBusName?: string }[]).map(({ EventBusName = 'default' }) =>
        EventBusName.startsWith('arn:') ? EventBusName : arn('events', `event-bus/${EventBusName}`),
      );
    default:
      throw new Error(`which resource ${action} is about is not known here`);
  }
}

/** Whether a grant allows this use. `*` stands for anything, as in IAM. */
export function allows(grant: Grant, use: Use): boolean {
  return (
    grant.caller === use.caller && matches(grant.action, use.action) && matches(grant.resource, use.resource)
  );
}

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(text);
}

/** Replays the uses against all grants but one: those that would be denied. */
export function deniedWithout(left: Grant, grants: readonly Grant[], uses: readonly Use[]): Use[] {
  const others = grants.filter((grant) => grant !== left);
  return uses.filter((use) => allows(left, use) && !others.some((grant) => allows(grant, use)));
}
