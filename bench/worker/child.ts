/**
 * The inside of a process that the benchmark runs: answers each question of its parent, in the order they come, and
 * ends with it.
 */
export function serve<Question>(answer: (question: Question) => unknown): void {
  // The terminal sends Ctrl-C to every process; the parent is who decides when this one ends.
  process.on('SIGINT', () => {});
  process.on('disconnect', () => process.exit(0));
  process.on('message', (question) => {
    Promise.resolve()
      .then(() => answer(question as Question))
      .then(
        (value) => process.send?.({ value }),
        (error: unknown) => process.send?.({ error: error instanceof Error ? error.stack : String(error) }),
      );
  });
  process.send?.({ value: 'ready' });
}
