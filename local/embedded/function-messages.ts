/** What the function host and a function's process say to each other. */

/** Host to process: run the handler once. `deadlineMs` is epoch milliseconds. */
export interface InvokeMessage {
  readonly requestId: string;
  readonly event: unknown;
  readonly deadlineMs: number;
}

/** Process to host. `valueJson` is what the handler returned, as JSON. */
export type FunctionMessage =
  | { readonly kind: 'loaded' }
  | { readonly kind: 'loadFailed'; readonly errorType: string; readonly errorMessage: string }
  | { readonly kind: 'returned'; readonly requestId: string; readonly valueJson: string }
  | {
      readonly kind: 'threw';
      readonly requestId: string;
      readonly errorType: string;
      readonly errorMessage: string;
    };
