/*
 * Stands in for `@aws-sdk/credential-provider-node` in the functions' bundles. That package looks for credentials in a
 * dozen places and brings what it takes to ask there, a quarter of a bundle; Lambda puts those of the function's role
 * into the environment, and keeps no process for longer than they last.
 */

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export function defaultProvider(): () => Promise<Credentials> {
  return async () => {
    const accessKeyId = process.env['AWS_ACCESS_KEY_ID'];
    const secretAccessKey = process.env['AWS_SECRET_ACCESS_KEY'];
    const sessionToken = process.env['AWS_SESSION_TOKEN'];
    if (!accessKeyId || !secretAccessKey) throw new Error('there are no credentials in the environment');
    return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
  };
}
