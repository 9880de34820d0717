import { ArnFormat, Duration, Stack, Validations } from 'aws-cdk-lib';
import { CustomWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { ACT_ON_WIDGET_VARIABLES } from '../functions/act-on-widget/config.ts';
import type { SHOW_WIDGET_VARIABLES } from '../functions/show-widget/config.ts';
import type { ChangeQueue } from './change-queue.ts';
import type { DeploymentConfig } from './config.ts';
import type { Credentials } from './credentials.ts';
import { allowEvents } from './event-bus.ts';
import { RollcallFunction } from './rollcall-function.ts';
import type { RosterTable } from './roster-table.ts';

export interface WidgetProps {
  readonly config: DeploymentConfig;
  readonly changes: ChangeQueue;
  readonly roster: RosterTable;
  readonly credentials: Credentials;
}

/** Longer than the longest step of a redrive. */
const TIMEOUT = Duration.seconds(20);

const SHOW = 'show-widget';
const ACT = 'act-on-widget';

/**
 * What operators see and do in the dashboard: one function that looks and, where the deployment allows it, another that
 * acts. Whoever looks at the dashboard calls them with permissions of their own: who may act is settled by IAM.
 */
export class Widget extends Construct {
  readonly #show: RollcallFunction<typeof SHOW_WIDGET_VARIABLES>;

  constructor(scope: Construct, id: string, props: WidgetProps) {
    super(scope, id);
    this.#show = this.#showing(props);
    if (props.config.widgetActions) this.#acting(props);
  }

  /** The widget, to be put on a dashboard. */
  onDashboard(): CustomWidget {
    return new CustomWidget({
      title: 'Parked changes, held plans, members',
      functionArn: this.#show.functionArn,
      width: 24,
      height: 12,
      updateOnResize: false,
      updateOnTimeRangeChange: false,
    });
  }

  #showing({ config, roster, credentials }: WidgetProps): RollcallFunction<typeof SHOW_WIDGET_VARIABLES> {
    const show = new RollcallFunction<typeof SHOW_WIDGET_VARIABLES>(this, 'ShowWidget', {
      config,
      folder: SHOW,
      memoryMiB: 512,
      timeout: TIMEOUT,
      environment: {
        ROSTER_TABLE: roster.table.tableName,
        LOG_KEY_SECRET: credentials.logKey.secretArn,
        ACT_FUNCTION_ARN: config.widgetActions ? arnOf(this, config, ACT) : '',
        RUNBOOK_URL: config.runbookUrl,
      },
    });
    roster.allow(show, 'GetItem', 'Query');
    roster.allowWorklist(show);
    roster.allowHeld(show);
    credentials.allowReadLogKey(show);
    acknowledgeAskedByPeople(show);
    return show;
  }

  #acting({ config, changes, roster, credentials }: WidgetProps): void {
    const act = new RollcallFunction<typeof ACT_ON_WIDGET_VARIABLES>(this, 'ActOnWidget', {
      config,
      folder: ACT,
      memoryMiB: 512,
      timeout: TIMEOUT,
      environment: {
        ROSTER_TABLE: roster.table.tableName,
        CHANGE_QUEUE_URL: changes.queue.queueUrl,
        LOG_KEY_SECRET: credentials.logKey.secretArn,
        SHOW_FUNCTION_ARN: arnOf(this, config, SHOW),
        RUNBOOK_URL: config.runbookUrl,
      },
    });
    act.allow(['sqs:SendMessage'], changes.queue.queueArn);
    allowEvents(act);
    roster.allow(act, 'GetItem', 'PutItem', 'UpdateItem');
    roster.allowWorklist(act);
    credentials.allowReadLogKey(act);
    acknowledgeAskedByPeople(act);
  }
}

/** Named, not referred to: each of the two leads to the other. */
function arnOf(scope: Construct, { name }: DeploymentConfig, folder: string): string {
  return Stack.of(scope).formatArn({
    service: 'lambda',
    resource: 'function',
    resourceName: `${name}-${folder}`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

function acknowledgeAskedByPeople(user: RollcallFunction<readonly string[]>): void {
  Validations.of(user).acknowledge({
    id: 'Serverless-LambdaDLQ',
    reason: 'It is only called by somebody who waits for the answer, and who is shown that it failed.',
  });
}
