import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ChangeQueue } from './change-queue.ts';
import type { DeploymentConfig } from './config.ts';
import { Consumer } from './consumer.ts';
import { Credentials } from './credentials.ts';
import { Operations } from './operations/operations.ts';
import { Reconciler } from './reconciler.ts';
import { RollcallFunction } from './rollcall-function.ts';
import { RosterTable } from './roster-table.ts';
import { visibilitySeconds } from './visibility.ts';
import { WebhookIngress } from './webhook-ingress.ts';
import { Widget } from './widget.ts';

/** One deployment of Rollcall. */
export class RollcallStack extends Stack {
  constructor(scope: Construct, config: DeploymentConfig) {
    super(scope, config.name, {
      description:
        'Rollcall: keeps the participants of Sunshine Conversations group conversations as they should be',
      terminationProtection: config.deletionProtection,
    });
    const changes = new ChangeQueue(this, 'ChangeQueue', {
      name: config.name,
      retention: Duration.days(config.changeRetentionDays),
      visibilityTimeout: Duration.seconds(visibilitySeconds(config.consumerTimeoutSeconds)),
    });
    const roster = new RosterTable(this, 'Roster', { deletionProtection: config.deletionProtection });
    const credentials = new Credentials(this, 'Credentials', { appSecretPrefix: config.secretPrefix });
    const parts = { config, changes, roster, credentials };
    new Consumer(this, 'Consumer', parts);
    const { queue: reconcileQueue } = new Reconciler(this, 'Reconciler', parts);
    const ingress = new WebhookIngress(this, 'WebhookIngress', { config, changes, reconcileQueue });
    const tools = [new Widget(this, 'Widget', parts).onDashboard()];
    // The last: it watches every function that there is.
    const functions = this.node.findAll().filter((each) => each instanceof RollcallFunction);
    new Operations(this, 'Operations', { config, changes, reconcileQueue, roster, functions, tools });
    this.#output('ChangeQueueUrl', changes.queue.queueUrl, 'Where producers send changes');
    this.#output(
      'DeadLetterQueueUrl',
      changes.deadLetterQueue.queueUrl,
      'Where parked changes wait for an operator',
    );
    this.#output('RosterTableName', roster.table.tableName, 'The roster; apps are declared in it');
    this.#output(
      'AppSecretPrefix',
      config.secretPrefix,
      "An app's credential is the secret <prefix>/<appId>",
    );
    this.#output('WebhookUrl', ingress.url, "The vendor's webhook of an app is <url>/sunshine/<appId>");
    this.#output(
      'WebhookSecretPrefix',
      config.webhookSecretPrefix,
      "The secret of an app's webhook is <prefix>/<appId>",
    );
    this.#output(
      'ProducersSecret',
      config.producersSecret,
      'The secret that producers outside AWS sign with',
    );
  }

  #output(name: string, value: string, description: string): void {
    new CfnOutput(this, name, { value, description });
  }
}
