import { type ILogGroup, QueryDefinition, QueryString } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { COMMON_FIELDS, EVENT_FIELDS } from '../../functions/core/log-fields.ts';

type LogField = keyof typeof COMMON_FIELDS | keyof typeof EVENT_FIELDS;

interface SavedQuery {
  readonly name: string;
  readonly fields: readonly LogField[];
  /** Upper case stands for what is to be filled in. */
  readonly filter: string;
  readonly sort: string;
}

const IN_ORDER = '@timestamp asc';
const NEWEST_FIRST = '@timestamp desc';

const QUERIES: readonly SavedQuery[] = [
  {
    name: 'one change by its id',
    fields: [
      'service',
      'message',
      'outcome',
      'reason',
      'ageMs',
      'operation',
      'result',
      'vendorRequestId',
      'traceId',
      'xray_trace_id',
    ],
    filter: 'changeId = "CHANGE-ID"',
    sort: IN_ORDER,
  },
  {
    // The hash stands in every line of one of the member's changes.
    name: 'history of one member',
    fields: ['service', 'message', 'changeId', 'outcome', 'cause', 'reason', 'passId'],
    filter: 'member = "HASH-OF-THE-MEMBER"',
    sort: IN_ORDER,
  },
  {
    name: 'what was parked and why',
    fields: ['reason', 'appId', 'conversationId', 'member', 'changeId', 'messageId', 'ageMs'],
    filter: 'message = "change" and outcome = "parked"',
    sort: NEWEST_FIRST,
  },
  {
    name: 'slow requests to the vendor',
    fields: ['durationMs', 'appId', 'operation', 'result', 'changeId', 'vendorRequestId'],
    filter: 'message = "vendor_call" and durationMs >= 1000',
    sort: 'durationMs desc',
  },
  {
    name: 'one pass over a conversation',
    fields: [
      'service',
      'message',
      'appId',
      'conversationId',
      'listing',
      'participants',
      'missing',
      'unexpected',
      'corrected',
      'held',
      'member',
      'cause',
      'outcome',
      'reason',
    ],
    filter: 'passId = "PASS-ID"',
    sort: IN_ORDER,
  },
  {
    name: 'what failed',
    fields: [
      'service',
      'where',
      'error',
      'code',
      'status',
      'problem',
      'function_request_id',
      'xray_trace_id',
    ],
    filter: 'message = "fault" or message = "credential_problem"',
    sort: NEWEST_FIRST,
  },
];

/** Saves the usual questions to the logs, in the console's folder that is named after the deployment. */
export function saveQueries(scope: Construct, deployment: string, logGroups: readonly ILogGroup[]): void {
  for (const [index, { name, fields, filter, sort }] of QUERIES.entries()) {
    new QueryDefinition(scope, `Query${index}`, {
      queryDefinitionName: `${deployment}/${name}`,
      logGroups: [...logGroups],
      queryString: new QueryString({
        fields: ['@timestamp', ...fields],
        filterStatements: [filter],
        sort,
        limit: 1000,
      }),
    });
  }
}
