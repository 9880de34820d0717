/*
 * Stands in for `node:process` in the functions' bundles. To import that module by name has Node open the standard
 * streams, some milliseconds of every cold start, for two names that the global has, too.
 */
export const { env, versions } = process;
