import type { Target } from './target.ts';
import { declaration, message, outgoing } from './targets/changes.ts';
import { environment, settings } from './targets/configuration.ts';
import {
  incoming,
  producers,
  reconcileMessage,
  signature,
  webhook,
  webhookKey,
} from './targets/front-door.ts';
import { listing } from './targets/pages.ts';
import { credential, logKey } from './targets/secrets.ts';
import { storedItem } from './targets/stored-items.ts';
import { errorBody, retryAfter, wire } from './targets/vendor-answers.ts';

/** Everything that reads what others wrote. */
export const TARGETS: readonly Target[] = [
  message,
  outgoing,
  declaration,
  webhook,
  reconcileMessage,
  incoming,
  producers,
  signature,
  webhookKey,
  credential,
  logKey,
  settings,
  environment,
  storedItem,
  errorBody,
  retryAfter,
  listing,
  wire(),
];
