import * as z from 'zod';
import type { Invocable } from './events.ts';
import type { HttpRoute } from './http-api.ts';
import type { Template } from './template.ts';

const routeSchema = z.object({ RouteKey: z.string(), Target: z.string() });
const integrationSchema = z.object({
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: z.string(),
  PayloadFormatVersion: z.literal('2.0'),
});

/** The routes of the stack's HTTP API, and the function behind each. */
export function httpRoutes(template: Template, target: (nameOrArn: string) => Invocable): HttpRoute[] {
  return template.idsOfType('AWS::ApiGatewayV2::Route').map((id) => {
    const { RouteKey, Target } = template.properties(id, routeSchema);
    const integrationId = Target.replace(/^integrations\//, '');
    const { IntegrationUri } = template.properties(
      template.find('AWS::ApiGatewayV2::Integration', integrationId).logicalId,
      integrationSchema,
    );
    return { routeKey: RouteKey, target: target(IntegrationUri) };
  });
}
