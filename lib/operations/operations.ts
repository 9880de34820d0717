import { Alarm, ComparisonOperator, type IWidget, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { type AlarmDefinition, alarmsOf } from './alarm-list.ts';
import { alarmTopic } from './alarm-topic.ts';
import { operationsDashboard } from './dashboard.ts';
import { saveQueries } from './queries.ts';
import { anchorOf } from './runbook.ts';
import type { Watched } from './watched.ts';

export interface OperationsProps extends Watched {
  /** Widgets of the dashboard that stand below its strip of health. */
  readonly tools?: readonly IWidget[];
}

/** What operators see and are woken by: the dashboard, the alarms and the saved queries. */
export class Operations extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { tools = [], ...watched }: OperationsProps) {
    super(scope, id);
    const { config, functions } = watched;
    this.topic = alarmTopic(this, config);
    const alarms = alarmsOf(watched).map((definition) => this.#alarm(definition, watched));
    operationsDashboard(this, { watched, alarms, tools });
    saveQueries(
      this,
      config.name,
      functions.map(({ logGroup }) => logGroup),
    );
  }

  #alarm(definition: AlarmDefinition, { config }: Watched): Alarm {
    const { heading, severity, sentence, metric, threshold, periods = 1 } = definition;
    const anchor = anchorOf(heading);
    const alarm = new Alarm(this, heading.replaceAll(/\W/g, ''), {
      alarmName: `${config.name}-${anchor}`,
      alarmDescription: `${severity}: ${sentence} What to do: ${config.runbookUrl}#${anchor}`,
      metric,
      threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: periods,
      datapointsToAlarm: periods,
      treatMissingData: definition.missing ?? TreatMissingData.NOT_BREACHING,
    });
    const tell = new SnsAction(this.topic);
    alarm.addAlarmAction(tell);
    alarm.addOkAction(tell);
    return alarm;
  }
}
