import { createHasher } from "../core/secrets.ts";
import type { Destination } from "./destination.ts";
import type { Exchange } from "./exchange.ts";
import { pathOnly, withoutCallIds } from "./facts.ts";
import type { Paid } from "./pay.ts";

/** Not the run's own: the same request must be placed alike in every run with the same seed. It is never logged. */
const fingerprint = createHasher("mix");

/** Where a mix sends the call: to the live upstream that was meant, or to what stands in for it. */
export function placeInMix(exchange: Exchange, meant: Destination): Paid {
  const { mix } = exchange.shared.options;
  if (mix === undefined || meant.kind !== "live" || meant.standIn === undefined) return { to: meant };
  const { request, joins } = exchange;
  const placement = mix.place({
    identity: joins.identity,
    retryCount: joins.retry_count,
    // The path names the model in some formats.
    content: `${pathOnly(request.path)} ${fingerprint(withoutCallIds(request.body).hashable)}`,
  });
  exchange.placement = placement;
  return placement.live ? { to: meant } : { to: meant.standIn, because: "mix" };
}
