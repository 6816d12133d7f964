import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { createRng } from "../../src/core/rng.ts";
import { createHasher, createScrubber } from "../../src/core/secrets.ts";
import { createEventLog } from "../../src/history/index.ts";
import { dialectsFor } from "../../src/providers/index.ts";
import { startProxy } from "../../src/proxy/index.ts";
import { createLogger } from "../../src/run/logger.ts";
import { createSystemClock } from "../../src/run/system-clock.ts";
import { createReplay } from "../../src/upstreams/index.ts";
import type { Ready } from "../relay/protocol.ts";

/** Ours as `llm-chaos proxy --upstream replay:… --replay-speed max` sets it up: answers from the file, streams observed, every event written. */

const [, , cassette = "", folder = "."] = process.argv;
const clock = createSystemClock();
const scrubber = createScrubber();
const sink = createEventLog({ path: join(folder, `events-${process.pid}.jsonl`), clock, phase: () => "live" });
const dialects = dialectsFor(undefined);
const { upstream } = await createReplay({
  path: cassette,
  clock,
  sink,
  scrubber,
  dialects,
  speed: Number.POSITIVE_INFINITY,
});
const proxy = await startProxy({
  listen: { host: "127.0.0.1", port: 0 },
  dialects,
  upstream,
  upstreamName: "replay",
  passThroughTo: undefined,
  limiter: undefined,
  chooser: { choose: () => [] },
  sink,
  clock,
  rng: createRng(7),
  hasher: createHasher(randomBytes(16).toString("hex")),
  scrubber,
  logger: createLogger("warn", scrubber),
  mark: false,
});
process.send?.({ port: proxy.port } satisfies Ready);
process.on("disconnect", () => process.exit(0));
