import type { LlmCall } from "../../core/dialect.ts";
import { estimateTokens } from "../../core/tokens.ts";
import { isRecord, type JsonRecord, recordsOf, textOf, wholeNumber } from "../shared/json.ts";

/** What a Converse body asks for, or that of a Nova model, which is nearly the same; undefined for one without messages. */
export function readConverseRequest(
  body: JsonRecord,
): Pick<LlmCall, "tools" | "inputTokens" | "maxOutputTokens" | "lastUserText"> | undefined {
  if (!Array.isArray(body["messages"])) return undefined;
  const messages = recordsOf(body["messages"]);
  const config = isRecord(body["inferenceConfig"]) ? body["inferenceConfig"] : {};
  const tools = isRecord(body["toolConfig"]) ? recordsOf(body["toolConfig"]["tools"]) : [];
  const lastUserText = messages
    .filter(({ role }) => role === "user")
    .map(({ content }) => writtenText(content))
    // A tool's result comes back in the user's name too.
    .findLast((text) => text !== "");
  return {
    tools: tools.some((tool) => isRecord(tool["toolSpec"])),
    inputTokens: promptTokens(body, messages, tools),
    maxOutputTokens: wholeNumber(config["maxTokens"]) ?? wholeNumber(config["max_new_tokens"]),
    lastUserText: lastUserText ?? "",
  };
}

function writtenText(content: unknown): string {
  if (typeof content === "string") return content;
  return recordsOf(content)
    .map((block) => textOf(block["text"]))
    .join("");
}

/** By characters. Images, videos and files are not counted: their base64 text says nothing about their price. */
function promptTokens(body: JsonRecord, messages: readonly JsonRecord[], tools: readonly JsonRecord[]): number {
  const texts = [body["system"], ...messages.map(({ content }) => content)].map((content) =>
    typeof content === "string" ? content : recordsOf(content).map(blockText).join(""),
  );
  if (tools.length > 0) texts.push(JSON.stringify(tools));
  return estimateTokens(texts.join(""));
}

function blockText(block: JsonRecord): string {
  const { toolUse, toolResult, reasoningContent } = block;
  const use = isRecord(toolUse) ? textOf(toolUse["name"]) + JSON.stringify(toolUse["input"] ?? {}) : "";
  const result = isRecord(toolResult) ? recordsOf(toolResult["content"]).map(resultText).join("") : "";
  const reasoning = isRecord(reasoningContent) ? reasoningContent["reasoningText"] : undefined;
  return textOf(block["text"]) + use + result + (isRecord(reasoning) ? textOf(reasoning["text"]) : "");
}

function resultText(part: JsonRecord): string {
  return textOf(part["text"]) + (part["json"] === undefined ? "" : JSON.stringify(part["json"]));
}
