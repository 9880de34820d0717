import * as z from 'zod/mini';
import { PATH_ID } from './app.ts';
import { parsedJson } from './json.ts';

/** Who may send changes through the front door: what signs its requests, and the apps it may speak for. */
export interface Producer {
  readonly name: string;
  /** `whsec_` and base64. */
  readonly secret: string;
  readonly appIds: readonly string[];
}

export interface ProducersRead {
  /** Absent: it is no list at all, so that nobody can say who is in it. */
  readonly producers?: readonly Producer[];
  /** What is wrong with the secret: places only, nothing of its text. */
  readonly problems: readonly string[];
}

/** So many bytes a signing secret has at least. */
const LEAST_SECRET_BYTES = 24;
const secret = z.string().check(
  z.regex(/^whsec_[A-Za-z0-9+/]+={0,2}$/),
  z.refine((text) => Buffer.from(text.slice('whsec_'.length), 'base64').length >= LEAST_SECRET_BYTES),
  z.refine((text) => text.slice('whsec_'.length).length % 4 === 0),
);
const producerSchema = z.object({
  name: z.string().check(z.regex(/^[\w.-]{1,64}$/)),
  secret,
  appIds: z.array(z.string().check(z.regex(PATH_ID))),
});

/** Reads the text of the producers' secret. A producer that is not well described is left out; the others are served. */
export function readProducers(text: string): ProducersRead {
  const value = parsedJson(text);
  if (!Array.isArray(value)) return { problems: ['the secret must be a JSON array'] };
  const reads = value.map((entry: unknown) => producerSchema.safeParse(entry));
  return {
    producers: reads.flatMap(({ data }) => (data ? [data] : [])),
    problems: reads.flatMap(({ error }, index) => {
      const field = error?.issues[0]?.path[0] ?? 'entry';
      return error ? [`[${index}].${String(field)}: is not valid`] : [];
    }),
  };
}
