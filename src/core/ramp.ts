/** The concurrencies of a ramp: each the last one times the factor, rounded up and at least one more, and `to` at the end. */
export function rampSteps({ from, to, factor }: { from: number; to: number; factor: number }): number[] {
  const steps: number[] = [];
  for (let next = from; next < to; next = Math.max(next + 1, Math.ceil(next * factor))) steps.push(next);
  return [...steps, to];
}

/** How long the whole ramp takes at most, the drains between its steps not counted. Milliseconds. */
export function rampMs(ramp: {
  from: number;
  to: number;
  factor: number;
  repeats: number;
  settleMs: number;
  holdMs: number;
}): number {
  return rampSteps(ramp).length * ramp.repeats * (ramp.settleMs + ramp.holdMs);
}
