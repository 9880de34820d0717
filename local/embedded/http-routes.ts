import * as z from 'zod';
import type { Invocable } from './events.ts';
import type { HttpRoute, Throttle } from './http-api.ts';
import { InTurns } from './in-turns.ts';
import type { Template } from './template.ts';

const routeSchema = z.object({
  RouteKey: z.string(),
  Target: z.string(),
  AuthorizationType: z.literal('NONE').default('NONE'),
});
const integrationSchema = z.object({
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: z.string(),
  PayloadFormatVersion: z.literal('2.0'),
  TimeoutInMillis: z.number().default(30_000),
});
const stageSchema = z.object({
  StageName: z.literal('$default'),
  DefaultRouteSettings: z
    .object({
      ThrottlingRateLimit: z.number().default(10_000),
      ThrottlingBurstLimit: z.number().default(5_000),
    })
    .prefault({}),
});
const reservedSchema = z.object({ ReservedConcurrentExecutions: z.number().optional() });

type FindTarget = (nameOrArn: string) => Invocable;

/**
 * The routes of the stack's HTTP API, and the function behind each.
 * @param most how many invocations of a function run at once at most, whatever the template says; the others wait
 */
export function httpRoutes(template: Template, target: FindTarget, most: number): HttpRoute[] {
  const targetInTurns = inTurns(template, target, most);
  return template.idsOfType('AWS::ApiGatewayV2::Route').map((id) => {
    const { RouteKey, Target } = template.properties(id, routeSchema);
    const integrationId = Target.replace(/^integrations\//, '');
    const { IntegrationUri, TimeoutInMillis } = template.properties(
      template.find('AWS::ApiGatewayV2::Integration', integrationId).logicalId,
      integrationSchema,
    );
    return { routeKey: RouteKey, target: targetInTurns(IntegrationUri), timeoutMs: TimeoutInMillis };
  });
}

/** What the stage of the stack's HTTP API lets through. */
export function httpThrottle(template: Template): Throttle {
  const [stage] = template.idsOfType('AWS::ApiGatewayV2::Stage');
  const { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst } =
    stage === undefined
      ? stageSchema.shape.DefaultRouteSettings.parse(undefined)
      : template.properties(stage, stageSchema).DefaultRouteSettings;
  return { rate, burst };
}

/** Each function with its turns, whichever routes lead to it. */
function inTurns(template: Template, target: FindTarget, most: number): FindTarget {
  const known = new Map<string, Invocable>();
  return (arn) => {
    const { logicalId } = template.find('AWS::Lambda::Function', arn);
    const reserved = template.properties(logicalId, reservedSchema).ReservedConcurrentExecutions ?? most;
    const found = known.get(logicalId) ?? new InTurns(target(arn), Math.min(reserved, most));
    known.set(logicalId, found);
    return found;
  };
}
