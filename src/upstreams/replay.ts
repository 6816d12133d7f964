import { STATUS_CODES } from "node:http";
import { type Asked, createRedactor, type Found, openLibrary, parseJsonPath } from "../cassette/index.ts";
import type { KeptReading } from "../core/body-reading.ts";
import { type Clock, sleep } from "../core/clock.ts";
import type { Dialect, LlmCall } from "../core/dialect.ts";
import type { Problem } from "../core/errors.ts";
import type { EventSink } from "../core/event.ts";
import type { HeaderList } from "../core/exchange.ts";
import type { Scrubber } from "../core/secrets.ts";
import {
  type ReplyBody,
  type Upstream,
  UpstreamFailure,
  type UpstreamReply,
  type UpstreamRequest,
} from "../core/upstream.ts";
import { callerLeft, pacedBody } from "./paced-body.ts";
import { asRecorded } from "./recorder/as-recorded.ts";
import { createMatcher } from "./replay/matcher.ts";
import { nearestTo } from "./replay/nearest.ts";
import { type PlaybackReply, playbackOf, tokensOf } from "./replay/playback.ts";
import { createShelf } from "./replay/shelf.ts";

export interface ReplayRules {
  /** How many times as fast as recorded. Default 1; Infinity: no waiting at all. */
  speed?: number | undefined;
  /** `loose`: a call without a recording of its own gets one of the same model and shape. Default `strict`. */
  match?: "strict" | "loose" | undefined;
  /** JSON paths of request bodies that matching ignores (`--replay-ignore`). */
  ignore?: readonly string[] | undefined;
}

export interface ReplayOptions extends ReplayRules {
  path: string;
  clock: Clock;
  sink: EventSink;
  /** What it hides when a call is recorded, it hides when a call is looked up. */
  scrubber: Scrubber;
  dialects: readonly Dialect[];
  /** Lines of the cassette that cannot be used. */
  onProblem?(problem: Problem): void;
  /** The file has no index and is read to its end now. */
  onBuild?(file: string, read: { bytes: number; of: number }): void;
}

export interface Replay {
  upstream: Upstream;
  /** Exchanges that can be played. */
  count: number;
  close(): Promise<void>;
}

/** What the last used recordings may hold of memory. */
const SHELF_BYTES = 64 << 20;

/** A cassette as an Upstream. Throws a UserError for a file that is no cassette, or one of a newer version. */
export async function createReplay(options: ReplayOptions): Promise<Replay> {
  const { clock, sink, speed = 1, dialects, scrubber } = options;
  const ignoredTexts = options.ignore ?? [];
  const ignored = ignoredTexts.map(parseJsonPath);
  const library = await openLibrary(options.path, { ...options, ignored, ignoredTexts });
  // As its requests were redacted when they were recorded, so are those that look for them.
  const redactor = createRedactor(library.header.redactions);
  const match = createMatcher({ library, ignored, loose: options.match === "loose" });
  const shelf = createShelf(SHELF_BYTES);
  const fromFile = async (found: Found, key: string) => {
    const made = playbackOf(await library.read(found).catch(changedMeanwhile), speed);
    shelf.put(key, made);
    return made;
  };
  const miss = async (request: UpstreamRequest, asked: Asked): Promise<UpstreamReply> => {
    const { id, difference } = await nearestTo(asked, { library, ignored }).catch(changedMeanwhile);
    const nearest = id === undefined ? {} : { nearest: id };
    sink.append({ type: "replay_missed", call: request.id ?? "", ...nearest, difference });
    const near = id === undefined ? difference : `the nearest recording, ${id}, differs in ${difference}`;
    return missed(request, { near, wallMs: clock.wallMs(), dialects });
  };

  return {
    count: library.count,
    async upstream(request, signal) {
      const asked = asRecorded(request, { scrubber, redactor });
      const matched = match(asked);
      if (matched === undefined) return miss(request, asked);
      const { found } = matched;
      const key = `${found.part}/${found.offset}`;
      const { id, reply, waitMs, failure } = shelf.get(key) ?? (await fromFile(found, key));
      sink.append({ type: "replay_matched", call: request.id ?? "", recorded: id, by: matched.by });
      if (waitMs > 0) await sleep(clock, waitMs, signal);
      if (signal.aborted) throw callerLeft("headers");
      if (reply === undefined) throw failure ?? new UpstreamFailure("ECONNRESET", "headers", "as recorded: no reply");
      const body = pacedBody(reply.frames, { clock, signal, ending: { gapMs: reply.endGapMs, failure } });
      return new ReplayedReply(reply, { body, dialect: dialectOf(dialects, request.call), call: request.call });
    },
    close: library.close,
  };
}

/** A class, since the tokens are counted only when a fault asks: most calls meet none, and a reading of all frames is dear. */
class ReplayedReply implements UpstreamReply {
  readonly status: number;
  readonly statusText: string;
  readonly headers: HeaderList;
  readonly body: ReplyBody;
  readonly reading: KeptReading | undefined;
  readonly #reply: PlaybackReply;
  readonly #of: { dialect: Dialect | undefined; call: LlmCall };

  constructor(reply: PlaybackReply, more: { body: ReplyBody; dialect: Dialect | undefined; call: LlmCall }) {
    this.status = reply.status;
    this.statusText = reply.statusText;
    this.headers = reply.headers;
    this.body = more.body;
    this.reading = reply.reading;
    this.#reply = reply;
    this.#of = more;
  }

  get totalTokens(): number | undefined {
    const { dialect, call } = this.#of;
    return dialect === undefined ? undefined : tokensOf(this.#reply, dialect, call);
  }
}

function dialectOf(dialects: readonly Dialect[], { dialect }: LlmCall): Dialect | undefined {
  return dialects.find(({ id }) => id === dialect);
}

/** In the provider's shape, and such that no client tries again. */
function missed(
  request: UpstreamRequest,
  { near, wallMs, dialects }: { near: string; wallMs: number; dialects: readonly Dialect[] },
): UpstreamReply {
  const message = `llm-chaos replays a cassette, and it has no recording of this call: ${near}.`;
  const identity = { requestId: "req_replay_miss", wallMs, organization: "org-replay" };
  const dialect = dialectOf(dialects, request.call);
  if (dialect === undefined) throw new UpstreamFailure("NO_DIALECT", "connect", message);
  const { status, headers, body } = dialect.refuse({ kind: "replay_miss", message }, request.call, identity);
  return {
    status,
    statusText: STATUS_CODES[status] ?? "",
    headers: [...headers, "x-llm-chaos", "replay-miss"],
    body: {
      start(reader) {
        reader.data(body);
        reader.end([]);
      },
      pause() {},
      resume() {},
    },
  };
}

function changedMeanwhile(error: unknown): never {
  const why = error instanceof Error ? error.message : String(error);
  throw new UpstreamFailure(
    "CASSETTE_CHANGED",
    "connect",
    `the cassette is not what it was when it was opened: ${why}`,
  );
}
