/** The first Ctrl-C is for us; the second ends the process as it always does. */
export function onInterrupt(act: () => void): { readonly signal: AbortSignal; readonly forget: () => void } {
  const controller = new AbortController();
  const interrupt = () => {
    forget();
    controller.abort();
    act();
  };
  const forget = () => {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return { signal: controller.signal, forget };
}
