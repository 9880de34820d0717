/**
 * How long a received message is hidden, in seconds: six times the time-out of the function that takes it, as Lambda
 * wants it. Less, and a delivery that Lambda itself holds back comes a second time while the first is at work.
 */
export function visibilitySeconds(functionTimeoutSeconds: number): number {
  return 6 * functionTimeoutSeconds;
}
