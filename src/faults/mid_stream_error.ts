import { z } from "zod";
import type { Trouble } from "../core/dialect.ts";
import type { Fault, FaultContext, StreamStage } from "../core/fault.ts";
import { position } from "../core/schema.ts";
import { breakAt } from "./shared/break-at.ts";
import { DEFAULT_POSITION } from "./shared/position.ts";
import { scriptedRefusal } from "./shared/scripted-refusal.ts";
import { positionWords } from "./shared/words.ts";

const params = z.strictObject({
  kind: z
    .enum(["overloaded", "server_error", "rate_limit", "quota_exceeded", "timeout", "content_filter"])
    .default("overloaded")
    .meta({ description: "What the provider says went wrong; one that it never says inside a stream does not apply" }),
  shape: z
    .enum(["flat", "nested", "failed"])
    .optional()
    .meta({ description: "Which form, where a provider has several (OpenAI's Responses). Default: as it sends it" }),
  after: position().prefault(DEFAULT_POSITION).meta({ description: "Where the error comes; nothing follows it" }),
});
type Params = z.output<typeof params>;

/** The status was 200 long ago: only what reads the stream can know that it failed. */
export const midStreamError: Fault<Params> = {
  name: "mid_stream_error",
  summary: "The provider's error event inside a stream that began with a 200",
  looks: "errors inside a 200",
  acts: "stream",
  final: false,
  params,
  plan({ kind, shape, after }, context) {
    const { call, dialect, reply } = context;
    const trouble: Trouble = { ...troubleOf(kind, context), ...(shape === undefined ? {} : { shape }) };
    const errorAfter = (streamEvents: number, firstData?: string) =>
      dialect.breakStream(trouble, call, { ...reply, streamEvents, firstData });
    if (!call.stream || errorAfter(0) === undefined) return [];
    return [{ do: "reshape", newStage: () => createStage(after, errorAfter) }];
  },
  explain: ({ kind, shape, after }) =>
    `an error inside the stream ${positionWords(after)}: ${kind}${shape === undefined ? "" : ` (${shape})`}`,
};

function createStage(
  after: Params["after"],
  errorAfter: (events: number, firstData?: string) => Uint8Array | undefined,
): StreamStage {
  let firstData: string | undefined;
  const stage = breakAt(
    after,
    (rest, { events }) => {
      const bytes = errorAfter(events, firstData);
      return bytes === undefined ? rest : [{ do: "applied" }, { do: "send", bytes }, { do: "end" }];
    },
    { streamsOnly: true },
  );
  return {
    ...stage,
    onFrame(frame, meaning, at) {
      firstData ??= frame.data;
      return stage.onFrame(frame, meaning, at);
    },
  };
}

function troubleOf(kind: Params["kind"], context: FaultContext): Trouble {
  switch (kind) {
    case "rate_limit": {
      const refusal = scriptedRefusal("tpm", undefined, context);
      return { kind, refusal, readings: [], hints: undefined };
    }
    case "quota_exceeded":
      return { kind, quota: undefined };
    case "content_filter":
      return { kind };
    default:
      return { kind, retryAfterMs: undefined };
  }
}
