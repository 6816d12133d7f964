import type { Dialect, LlmCall } from "../../core/dialect.ts";
import { isRecord, type JsonRecord, parseRecord, recordsOf, textOf } from "../shared/json.ts";
import { dataFrame, wholeBody } from "../shared/openai-frame.ts";
import { NOTHING_FOUND } from "./content-filter.ts";

const PROMPT_FILTER_RESULTS = [{ prompt_index: 0, content_filter_results: NOTHING_FOUND }];

/** The format's own answer with the filter's findings: a stream begins with a chunk of them and no choice (microsoft/autogen#6465). */
export function writeFiltered(base: Dialect): Dialect["write"] {
  return (reply, call) => {
    const { contentType, frames } = base.write(reply, call);
    return call.stream
      ? { contentType, frames: [leadingChunk(call), ...frames.map(withFindings)] }
      : { contentType, frames: frames.map(wholeWithFindings) };
  };
}

/** Clients that take the first choice of every chunk fail here: that is what it is for. */
function leadingChunk(call: LlmCall): Uint8Array {
  return dataFrame({
    choices: [],
    created: 0,
    id: "",
    model: "",
    object: "",
    prompt_filter_results: PROMPT_FILTER_RESULTS,
    ...(call.usageInStream && { usage: null }),
  });
}

function withFindings(frame: Uint8Array): Uint8Array {
  const chunk = parseRecord(new TextDecoder().decode(frame).slice("data: ".length));
  return chunk === undefined ? frame : dataFrame({ ...chunk, choices: foundIn(chunk, "delta") });
}

function wholeWithFindings(body: Uint8Array): Uint8Array {
  const reply = parseRecord(body);
  if (reply === undefined) return body;
  return wholeBody({
    ...reply,
    choices: foundIn(reply, "message"),
    prompt_filter_results: PROMPT_FILTER_RESULTS,
  });
}

/** Text was looked at; roles, finishes and arguments of tools were not (langchain4j/langchain4j#2385, sashabaranov/go-openai#448). */
function foundIn(reply: JsonRecord, part: "delta" | "message"): object[] {
  return recordsOf(reply["choices"]).map((choice) => {
    const said = choice[part];
    const hasText = isRecord(said) && textOf(said["content"]) !== "";
    return { ...choice, content_filter_results: hasText ? NOTHING_FOUND : {} };
  });
}
