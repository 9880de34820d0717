import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** Links into the AWS console of the region that the stack is in. */
export class ConsoleLinks {
  readonly #stack: Stack;

  constructor(scope: Construct) {
    this.#stack = Stack.of(scope);
  }

  queue(queueName: string): string {
    const { region, account, urlSuffix } = this.#stack;
    const url = `https%3A%2F%2Fsqs.${region}.${urlSuffix}%2F${account}%2F${queueName}`;
    return this.#page('sqs/v3', `/queues/${url}`);
  }

  table(tableName: string): string {
    return this.#page('dynamodbv2', `table?name=${tableName}`);
  }

  logs(functionName: string): string {
    return this.#page('cloudwatch', `logsV2:log-groups/log-group/$252Faws$252Flambda$252F${functionName}`);
  }

  queries(): string {
    return this.#page('cloudwatch', 'logsV2:logs-insights');
  }

  traces(): string {
    return this.#page('cloudwatch', 'xray:traces/query');
  }

  #page(service: string, fragment: string): string {
    const { region } = this.#stack;
    return `https://${region}.console.aws.amazon.com/${service}/home?region=${region}#${fragment}`;
  }
}
