/** Ids of 24 hex digits whose order is the order of their making. `kind` keeps the kinds apart. */
export function idSource(kind: string): () => string {
  let made = 0;
  return () => {
    made += 1;
    return `67a0ecf8${kind}${made.toString(16).padStart(12, '0')}`;
  };
}
