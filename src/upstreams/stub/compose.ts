import type { LlmCall, PlainReply } from "../../core/dialect.ts";
import { sample } from "../../core/distribution.ts";
import type { Rng } from "../../core/rng.ts";
import type { StubBehaviour } from "./profile.ts";
import { answersToolResult, type Tool, toolChoiceOf, toolsOf, valueFor } from "./tools.ts";
import { sentences } from "./words.ts";

/** What the stub says, before it is counted and written in a format. */
export type Composed = Pick<PlainReply, "pieces" | "toolCall" | "finish">;

/** The same call with the same chance gives the same answer. */
export function compose(call: LlmCall, profile: StubBehaviour, rng: Rng): Composed {
  const tool = chooseTool(call, profile, rng.fork("tool"));
  if (tool !== undefined) return callTool(tool, call, rng.fork("arguments"));
  const wanted = Math.max(1, Math.round(sample(profile.outputTokens, rng.fork("length"))));
  const pieces = sentences(wanted, rng.fork("text"));
  const most = call.maxOutputTokens ?? Number.POSITIVE_INFINITY;
  return most < pieces.length ? { pieces: pieces.slice(0, most), finish: "length" } : { pieces, finish: "stop" };
}

function chooseTool(call: LlmCall, profile: StubBehaviour, rng: Rng): Tool | undefined {
  const choice = call.tools ? toolChoiceOf(call.body) : { kind: "never" as const };
  const free = choice.kind === "free" && !answersToolResult(call.body) && rng.next() < profile.toolCalls;
  if (choice.kind !== "must" && !free) return undefined;
  const tools = toolsOf(call.body);
  const named = choice.kind === "must" && choice.name !== undefined ? choice.name : undefined;
  return tools.find((tool) => tool.name === named) ?? tools[Math.floor(rng.next() * tools.length)];
}

/** About one token of JSON. */
const ARGUMENT_PIECE = 4;

function callTool(tool: Tool, call: LlmCall, rng: Rng): Composed {
  const text = JSON.stringify(valueFor({ type: "object", ...tool.parameters }, rng));
  const argumentPieces = text.match(new RegExp(`[\\s\\S]{1,${ARGUMENT_PIECE}}`, "g")) ?? [];
  const most = call.maxOutputTokens ?? Number.POSITIVE_INFINITY;
  const id = `call_${Math.floor(rng.fork("id").next() * 36 ** 9)
    .toString(36)
    .padStart(9, "0")}`;
  return {
    pieces: [],
    toolCall: { id, name: tool.name, argumentPieces: argumentPieces.slice(0, most) },
    finish: most < argumentPieces.length ? "length" : "tool_calls",
  };
}
