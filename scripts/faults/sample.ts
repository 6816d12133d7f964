import type { Dialect, LlmCall, PlainReply } from "../../src/core/dialect.ts";
import type { HeaderList } from "../../src/core/exchange.ts";
import type { FaultContext } from "../../src/core/fault.ts";
import { createRng } from "../../src/core/rng.ts";
import { dialects } from "../../src/providers/index.ts";

/** One small call and its answer, on which every fault is shown. Nothing in it differs from run to run. */

const FORMAT = "openai-chat";
const CREATED = Date.UTC(2026, 0, 5, 12);
const MINUTE_MS = 60_000;

const REPLY: PlainReply = {
  id: "sample",
  created: CREATED / 1_000,
  pieces: ["The", " sky", " is", " blue", "."],
  finish: "stop",
  usage: { inputTokens: 12, outputTokens: 5 },
};

const TOOL_REPLY: PlainReply = {
  ...REPLY,
  pieces: [],
  finish: "tool_calls",
  toolCall: { id: "call_sample", name: "weather", argumentPieces: ['{"ci', 'ty":', '"Paris', '"}'] },
};

export interface Sample {
  dialect: Dialect;
  call: LlmCall;
  /** Its answer, as it is written: an event each. */
  frames: readonly Uint8Array[];
  contentType: string;
  headers: HeaderList;
  context: FaultContext;
}

export function createSample({ toolCall }: { toolCall: boolean }): Sample {
  const dialect = dialects.find(({ id }) => id === FORMAT);
  const call = dialect?.recognise(request());
  if (dialect === undefined || call === undefined)
    throw new Error(`there is no ${FORMAT}, or it reads another request`);
  const { frames, contentType } = dialect.write(toolCall ? TOOL_REPLY : REPLY, call);
  const reply = { requestId: "req_sample", wallMs: CREATED, organization: "org-sample" };
  const minute = { limit: 30_000, used: 1_200, windowMs: MINUTE_MS, resetMs: 2_400 };
  return {
    dialect,
    call,
    frames,
    contentType,
    headers: ["content-type", contentType, ...dialect.limitHeaders([{ dimension: "tpm", ...minute }], reply)],
    context: { call, dialect, charge: dialect.charge(call), rng: createRng(1), reply, limitOf: () => 30_000 },
  };
}

function request() {
  const body = {
    model: "sample-model",
    messages: [{ role: "user", content: "What colour is the sky?" }],
    stream: true,
    stream_options: { include_usage: true },
  };
  return {
    method: "POST",
    path: "/v1/chat/completions",
    headers: ["content-type", "application/json"],
    body: new TextEncoder().encode(JSON.stringify(body)),
  };
}
