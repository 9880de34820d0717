import { describe, expect, it } from 'vitest';
import { REFUSALS } from '../../functions/core/door.ts';
import { propertiesOf, type Template, templateOf } from './template.ts';

const template = templateOf();
const all = (of: Template, type: string) =>
  Object.values(of.Resources)
    .filter(({ Type }) => Type === type)
    .map(({ Properties }) => Properties);

describe('the front door', () => {
  it('has two ways in, and nothing in front of them that could say 403', () => {
    const routes = all(template, 'AWS::ApiGatewayV2::Route');
    expect(routes.map((route) => [route['RouteKey'], route['AuthorizationType']]).toSorted()).toEqual([
      ['POST /changes', 'NONE'],
      ['POST /sunshine/{appId}', 'NONE'],
    ]);
    expect(all(template, 'AWS::ApiGatewayV2::Authorizer')).toEqual([]);
    expect(Object.values(REFUSALS).map(({ status }) => Number(status))).not.toContain(403);
  });

  it('waits for its function longer than that can take, and the function longer than it answers within', () => {
    const [integration] = all(template, 'AWS::ApiGatewayV2::Integration');
    const lambda = propertiesOf(template, 'AWS::Lambda::Function', 'WebhookIngressReceiveWebhook');
    expect(integration?.['TimeoutInMillis']).toBeGreaterThan(Number(lambda['Timeout']) * 1_000);
    const { Variables } = lambda['Environment'] as { Variables: Record<string, string> };
    const { answerWithinMs } = JSON.parse(Variables['TIMINGS'] ?? '{}');
    expect(answerWithinMs).toBeLessThan(1_000);
  });

  it('lets through as much as the deployment says, on as many instances', () => {
    const changed = templateOf({ webhookRequestsPerSecond: 7, webhookConcurrency: 3 });
    expect(all(changed, 'AWS::ApiGatewayV2::Stage')).toMatchObject([
      {
        StageName: '$default',
        AutoDeploy: true,
        DefaultRouteSettings: { ThrottlingRateLimit: 7, ThrottlingBurstLimit: 14 },
      },
    ]);
    const name = 'WebhookIngressReceiveWebhook';
    expect(propertiesOf(changed, 'AWS::Lambda::Function', name)).toMatchObject({
      ReservedConcurrentExecutions: 3,
    });
    const unreserved = propertiesOf(templateOf({ webhookConcurrency: 0 }), 'AWS::Lambda::Function', name);
    expect(unreserved).not.toHaveProperty('ReservedConcurrentExecutions');
  });

  it('writes an access log of which nobody can tell who asked, or what for', () => {
    const { AccessLogSettings } = propertiesOf(template, 'AWS::ApiGatewayV2::Stage', 'WebhookIngressStage');
    const { Format } = AccessLogSettings as { Format: string };
    expect(Object.values(JSON.parse(Format))).toContain('$context.status');
    expect(Format).not.toMatch(/identity|\$context\.path|sourceIp|userAgent|header|query/i);
  });

  it('leaves what producers sign with to operators: an update of the stack writes nothing there', () => {
    const producers = propertiesOf(template, 'AWS::SecretsManager::Secret', 'WebhookIngressProducers');
    expect(producers['Name']).toBe('rollcall/producers');
    expect(producers).not.toHaveProperty('SecretString');
    expect(producers).not.toHaveProperty('GenerateSecretString');
  });
});
