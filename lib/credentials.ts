import { ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { RollcallFunction } from './rollcall-function.ts';

/** The secrets: the apps' credentials, which operators put there, and the key of the hashes in logs, which is made here. */
export class Credentials extends Construct {
  /** Apps' secrets are named `<appSecretPrefix>/<appId>`. */
  readonly appSecretPrefix: string;
  readonly logKey: Secret;
  readonly #appSecretArns: string;

  constructor(scope: Construct, id: string, props: { readonly appSecretPrefix: string }) {
    super(scope, id);
    this.appSecretPrefix = props.appSecretPrefix;
    this.#appSecretArns = Stack.of(this).formatArn({
      service: 'secretsmanager',
      resource: 'secret',
      resourceName: `${props.appSecretPrefix}/*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    this.logKey = new Secret(this, 'LogKey', {
      description: "Keys the hashes that stand for people's ids in Rollcall's logs",
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });
    Validations.of(this.logKey).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'It opens nothing. A new key would give everybody a new hash, and tear their history in the logs apart.',
    });
  }

  /** Lets a function read the log key alone. */
  allowReadLogKey(user: RollcallFunction<readonly string[]>): void {
    user.allow(['secretsmanager:GetSecretValue'], this.logKey.secretArn);
  }

  /** Lets a function read every app's credential and the log key: the values, nothing else. */
  allowRead(user: RollcallFunction<readonly string[]>): void {
    user.allow(['secretsmanager:GetSecretValue'], this.#appSecretArns, this.logKey.secretArn);
    Validations.of(user.role ?? user).acknowledge({
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:${this.appSecretPrefix}/*]`,
      reason: 'Apps are declared while the stack stands: their secrets are known by their prefix only.',
    });
  }
}
