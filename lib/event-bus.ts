import { Stack } from 'aws-cdk-lib';
import type { RollcallFunction } from './rollcall-function.ts';

/** Lets a function publish on the account's default event bus, where whoever is interested puts a rule. */
export function allowEvents(user: RollcallFunction<readonly string[]>): void {
  const bus = Stack.of(user).formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' });
  user.allow(['events:PutEvents'], bus);
}
