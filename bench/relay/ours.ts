import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { createRng } from "../../src/core/rng.ts";
import { createHasher, createScrubber } from "../../src/core/secrets.ts";
import { createEventLog } from "../../src/history/index.ts";
import { dialectsFor } from "../../src/providers/index.ts";
import { startProxy } from "../../src/proxy/index.ts";
import { createLogger } from "../../src/run/logger.ts";
import { createSystemClock } from "../../src/run/system-clock.ts";
import { createHttpUpstream } from "../../src/upstreams/index.ts";
import type { Ready } from "./protocol.ts";

/** Ours as `llm-chaos proxy` sets it up: streams observed, events written to a file, a line logged per call; no fault and no limit. */

const base = new URL(process.argv[2] ?? "");
const clock = createSystemClock();
const scrubber = createScrubber();
const { upstream } = createHttpUpstream({ base, clock });
const proxy = await startProxy({
  listen: { host: "127.0.0.1", port: 0 },
  dialects: dialectsFor(base),
  upstream,
  upstreamName: base.host,
  passThroughTo: base,
  limiter: undefined,
  chooser: { choose: () => [] },
  sink: createEventLog({ path: join(process.argv[3] ?? ".", "events.jsonl"), clock, phase: () => "live" }),
  clock,
  rng: createRng(7),
  hasher: createHasher(randomBytes(16).toString("hex")),
  scrubber,
  logger: createLogger("info", scrubber),
  mark: false,
});
process.send?.({ port: proxy.port } satisfies Ready);
process.on("disconnect", () => process.exit(0));
