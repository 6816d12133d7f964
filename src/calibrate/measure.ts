import { type RecordedExchange, recordedBytes } from "../cassette/index.ts";
import type { Dialect, LlmCall } from "../core/dialect.ts";
import type { Rng } from "../core/rng.ts";
import type { StubError } from "../upstreams/index.ts";
import { type ReadAnswer, readAnswer } from "./read-answer.ts";
import { countOf, createModelSamples, type ModelSamples } from "./samples.ts";

/** Statuses of a provider that could not, whatever the call was. */
const ERROR_OF: Readonly<Record<number, StubError>> = {
  500: "server_error",
  502: "bad_gateway",
  503: "overloaded",
  504: "timeout",
  408: "timeout",
  529: "overloaded",
};

/** Gathers what a cassette says of each model. Exchanges that no dialect can read are left out and counted. */
export function createMeasuring(dialects: readonly Dialect[], rng: Rng) {
  const models = new Map<string, ModelSamples>();
  let unread = 0;
  const samplesOf = (model: string) => {
    const found = models.get(model) ?? createModelSamples(model, rng.fork(model));
    models.set(model, found);
    return found;
  };
  return {
    models,
    unread: () => unread,
    add(exchange: RecordedExchange): void {
      const dialect = dialects.find(({ id }) => id === exchange.dialect);
      const call = dialect?.recognise({ ...exchange.request, body: recordedBytes(exchange.request.body) });
      if (dialect === undefined || call === undefined) unread++;
      else addTo(samplesOf(exchange.model), exchange, { dialect, call });
    },
  };
}

function addTo(samples: ModelSamples, exchange: RecordedExchange, as: { dialect: Dialect; call: LlmCall }): void {
  const { reply, end } = exchange;
  samples.calls++;
  const error = ERROR_OF[reply?.status ?? 0];
  if (error !== undefined) countOf(samples.errors, error);
  else if (reply === null) countOf(samples.others, end.how === "client_left" ? "caller left" : "no reply");
  else if (reply.status >= 400) countOf(samples.others, `status ${reply.status}`);
  else {
    const answer = readAnswer(reply, as.dialect, as.call);
    addTimes(samples, exchange, answer);
    if (end.how === "complete") addAnswer(samples, exchange, { call: as.call, answer });
    else countOf(samples.others, end.how === "cut" ? "cut" : "caller left");
  }
}

function addAnswer(
  samples: ModelSamples,
  { usage }: RecordedExchange,
  { call, answer }: { call: LlmCall; answer: ReadAnswer },
): void {
  samples.answers++;
  samples.outputTokens.add(usage?.output_tokens ?? answer.tokens);
  if (!call.tools) return;
  samples.withTools++;
  if (answer.calledTool) samples.toolCalls++;
}

/** An answer that broke off began like any other; how long it would have been nobody knows. */
function addTimes(samples: ModelSamples, { usage, end }: RecordedExchange, { spokenMs, tokens }: ReadAnswer): void {
  const [first, ...later] = spokenMs;
  if (first === undefined) {
    if (end.how === "complete") samples.whole.add(end.ms);
    return;
  }
  samples.ttft.add(first);
  const said = end.how === "complete" ? (usage?.output_tokens ?? tokens) : tokens;
  // The stub sends a token in each frame; where the provider packs several into one, they share its gap.
  const tokensPerFrame = Math.max(1, said / spokenMs.length);
  let before = first;
  for (const at of later) {
    samples.gaps.add((at - before) / tokensPerFrame);
    before = at;
  }
}
