/** What is used of the client. A package that is itself imported on demand is bundled whole. */
export { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
