import { describe, expect, it } from 'vitest';
import { COMMON_FIELDS, EVENT_FIELDS } from '../../functions/core/log-fields.ts';
import { alarmsIn } from './alarms.ts';
import { dashboardWidgets } from './dashboard.ts';
import { readable } from './grants.ts';
import { propertiesOf, resourceOf, templateOf } from './template.ts';

const template = templateOf();
const alarms = alarmsIn(template);
const resources = (type: string, of = template) =>
  Object.values(of.Resources).filter(({ Type }) => Type === type);

describe('each alarm', () => {
  it.each(alarms.map((alarm) => [alarm.AlarmName, alarm] as const))(
    '%s tells when it is raised and when it is over, how bad it is and where to read what to do',
    (name, { AlarmDescription, AlarmActions, OKActions }) => {
      expect(AlarmActions).toEqual([{ Ref: expect.stringMatching(/^OperationsAlarmTopic/) }]);
      expect(OKActions).toEqual(AlarmActions);
      const anchor = name.replace('rollcall-', '');
      expect(AlarmDescription).toMatch(
        new RegExp(
          `^(urgent|today): [A-Z][^.]+(\\. [A-Z][^.]+)*\\. What to do: docs/runbook\\.md#${anchor}$`,
        ),
      );
    },
  );

  it('leads to where the deployment says that its runbook is', () => {
    const [alarm] = alarmsIn(templateOf({ runbookUrl: 'https://wiki.example/rollcall' }));
    expect(alarm?.AlarmDescription).toContain(' https://wiki.example/rollcall#');
  });

  it('is raised by no news only where no news is bad', () => {
    const breaching = alarms.filter(({ TreatMissingData }) => TreatMissingData === 'breaching');
    expect(breaching.map(({ AlarmName }) => AlarmName)).toEqual(['rollcall-no-conversation-is-compared']);
  });

  it('looks at no more metrics than CloudWatch lets an alarm', () => {
    for (const { Metrics } of alarms) {
      expect(Metrics.filter(({ MetricStat }) => MetricStat).length).toBeLessThanOrEqual(10);
    }
  });

  it('that passes raise looks back over one interval, in whole minutes and a day at most', () => {
    const period = (reconcileIntervalMs: number) =>
      alarmsIn(templateOf({ reconcileIntervalMs })).find(
        ({ AlarmName }) => AlarmName === 'rollcall-a-credential-is-refused',
      )?.Period;
    expect([90_000, 3_600_000, 7 * 24 * 3_600_000].map(period)).toEqual([120, 3_600, 86_400]);
  });

  it('waits as long as the deployment says', () => {
    const thresholds = alarmsIn(templateOf({ alarmAgeMinutes: 45 })).map(({ Threshold }) => Threshold);
    expect(thresholds).toEqual(expect.arrayContaining([45 * 60, 45 * 60_000]));
  });
});

describe('the topic of the alarms', () => {
  it('takes them from this deployment’s alarms in this account, and from nobody without TLS', () => {
    const { PolicyDocument } = propertiesOf(template, 'AWS::SNS::TopicPolicy', 'OperationsAlarmTopicPolicy');
    const { Statement } = PolicyDocument as { Statement: unknown[] };
    expect(Statement).toEqual([
      expect.objectContaining({
        Effect: 'Deny',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
      {
        Sid: expect.any(String),
        Effect: 'Allow',
        Action: 'sns:Publish',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Resource: { Ref: expect.stringMatching(/^OperationsAlarmTopic/) },
        Condition: {
          StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
          ArnLike: { 'aws:SourceArn': expect.anything() },
        },
      },
    ]);
    const arn = (Statement[1] as { Condition: { ArnLike: Record<string, unknown> } }).Condition.ArnLike;
    expect(readable(JSON.stringify(arn['aws:SourceArn']))).toBe(
      'arn:Partition:cloudwatch:Region:AccountId:alarm:rollcall-*',
    );
    for (const { AlarmName } of alarms) expect(AlarmName).toMatch(/^rollcall-/);
  });

  it('has those subscribed whom the deployment names', () => {
    expect(resources('AWS::SNS::Subscription')).toEqual([]);
    const subscribed = templateOf({ alarmEmails: 'ops@example.com,night@example.com' });
    const endpoints = resources('AWS::SNS::Subscription', subscribed).map(({ Properties }) => Properties);
    expect(endpoints).toMatchObject([
      { Protocol: 'email', Endpoint: 'ops@example.com' },
      { Protocol: 'email', Endpoint: 'night@example.com' },
    ]);
  });
});

describe('the saved queries', () => {
  const queries = resources('AWS::Logs::QueryDefinition').map(({ Properties }) => Properties);
  const KNOWN = new Set(['@timestamp', ...Object.keys(COMMON_FIELDS), ...Object.keys(EVENT_FIELDS)]);
  const LANGUAGE = new Set(['fields', 'filter', 'sort', 'limit', 'asc', 'desc', 'and', 'or']);

  it.each(queries.map((query) => [String(query['Name']), String(query['QueryString'])] as const))(
    '%s name only fields that lines have',
    (_, text) => {
      const words = text.replaceAll(/"[^"]*"/g, '').match(/@?[A-Za-z_]\w*/g) ?? [];
      expect(words.filter((word) => !KNOWN.has(word) && !LANGUAGE.has(word))).toEqual([]);
      expect(words.filter((word) => KNOWN.has(word)).length).toBeGreaterThan(3);
    },
  );

  it('look at the logs of every function, in a folder of the deployment', () => {
    const groups = resources('AWS::Logs::LogGroup').filter(({ Properties }) =>
      String(Properties['LogGroupName']).startsWith('/aws/lambda/'),
    );
    for (const { LogGroupNames, Name } of queries) {
      expect(LogGroupNames).toHaveLength(groups.length);
      expect(Name).toMatch(/^rollcall\//);
    }
    expect(queries.length).toBeGreaterThanOrEqual(5);
  });
});

describe('the dashboard', () => {
  const body = JSON.stringify(resourceOf(template, 'AWS::CloudWatch::Dashboard', 'OperationsDashboard'));

  it('begins with one row of six numbers', () => {
    const strip = dashboardWidgets(template).filter(({ y }) => y === 0);
    expect(strip.map(({ properties }) => properties['title'])).toEqual([
      'Settled per minute',
      'Oldest waiting change',
      'Parked',
      'Drift in one interval',
      'Held plans',
      'Credentials refused',
    ]);
    expect(new Set(strip.map(({ properties }) => properties['view']))).toEqual(new Set(['singleValue']));
  });

  it('has a section for each part, with links to queues, the table and the logs', () => {
    const texts = dashboardWidgets(template).flatMap(({ properties }) => properties['markdown'] ?? []);
    const headings = texts.map((text) => /^## (.*)/.exec(String(text))?.[1]);
    expect(headings).toEqual([
      'Changes',
      'Vendor',
      'Drift and reconciles',
      'Webhooks',
      'Functions of rollcall',
    ]);
    for (const page of ['sqs/v3', 'dynamodbv2', 'logsV2:log-groups', 'logsV2:logs-insights', 'xray:traces'])
      expect(body).toContain(page);
  });
});
