import type { Rng } from "../../core/rng.ts";
import type { StubBehaviour, StubError } from "./profile.ts";

/** Requests are remembered up to this many; the oldest is forgotten. */
const MOST_KEPT = 10_000;

/**
 * Draws whether a call meets an error. Equal requests are drawn one by one, unlike everything else about them: a call that
 * failed once may be answered when it is made again.
 */
export function createMisfortune(rng: Rng): (errors: StubBehaviour["errors"], id: string) => StubError | undefined {
  const attempts = new Map<string, number>();
  return (errors, id) => {
    const shares = Object.entries(errors) as [StubError, number][];
    if (shares.length === 0) return undefined;
    const attempt = (attempts.get(id) ?? 0) + 1;
    attempts.delete(id);
    attempts.set(id, attempt);
    if (attempts.size > MOST_KEPT) attempts.delete(attempts.keys().next().value ?? "");
    let drawn = rng.fork(`${id}/${attempt}`).next();
    return shares.find(([, share]) => {
      drawn -= share;
      return drawn < 0;
    })?.[0];
  };
}
