import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { RollcallFunction } from './rollcall-function.ts';

const WORKLIST_INDEX = 'worklist';
const HELD_INDEX = 'held';
const USER_INDEX = 'user';

type TableAction = 'GetItem' | 'PutItem' | 'UpdateItem' | 'Query';

/** What should be, and what was last applied. */
export class RosterTable extends Construct {
  readonly table: TableV2;

  constructor(scope: Construct, id: string, props: { readonly deletionProtection: boolean }) {
    super(scope, id);
    this.table = new TableV2(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      // Sparse: only conversations that are to be compared have these keys.
      globalSecondaryIndexes: [
        {
          indexName: WORKLIST_INDEX,
          partitionKey: { name: 'worklist', type: AttributeType.STRING },
          sortKey: { name: 'worklistAt', type: AttributeType.NUMBER },
          projectionType: ProjectionType.INCLUDE,
          // What is parked is listed and filtered without a look at each item.
          nonKeyAttributes: ['reason', 'detail', 'key', 'changeId'],
        },
        // Sparser still: only conversations with a held plan.
        {
          indexName: HELD_INDEX,
          partitionKey: { name: 'heldList', type: AttributeType.STRING },
          sortKey: { name: 'heldSinceMs', type: AttributeType.NUMBER },
          projectionType: ProjectionType.KEYS_ONLY,
        },
        // Member rows only. Keys alone, which never change: each row is written to the index once.
        {
          indexName: USER_INDEX,
          partitionKey: { name: 'user', type: AttributeType.STRING },
          sortKey: { name: 'pk', type: AttributeType.STRING },
          projectionType: ProjectionType.KEYS_ONLY,
        },
      ],
      billing: Billing.onDemand(),
      timeToLiveAttribute: 'expiresAt',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // The key is DynamoDB's own: who may read the roster is settled by IAM alone, and no limit or fault of KMS can stop it.
      encryption: TableEncryptionV2.dynamoOwnedKey(),
      deletionProtection: props.deletionProtection,
      removalPolicy: props.deletionProtection ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
  }

  /** Lets a function do this with the table's rows. */
  allow(user: RollcallFunction<readonly string[]>, ...actions: readonly TableAction[]): void {
    user.allow(actions.map(actionName), this.table.tableArn);
  }

  /** Lets a function find what is due, and what is parked. */
  allowWorklist(user: RollcallFunction<readonly string[]>): void {
    this.#allowIndex(user, WORKLIST_INDEX);
  }

  /** Lets a function find the plans that are held. */
  allowHeld(user: RollcallFunction<readonly string[]>): void {
    this.#allowIndex(user, HELD_INDEX);
  }

  /** Lets a function find a user's conversations. */
  allowUsers(user: RollcallFunction<readonly string[]>): void {
    this.#allowIndex(user, USER_INDEX);
  }

  #allowIndex(user: RollcallFunction<readonly string[]>, index: string): void {
    user.allow([actionName('Query')], `${this.table.tableArn}/index/${index}`);
  }
}

const actionName = (action: TableAction) => `dynamodb:${action}`;
