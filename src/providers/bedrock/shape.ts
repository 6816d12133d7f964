import { isRecord, type JsonRecord, recordsOf } from "../shared/json.ts";

/**
 * Whose body InvokeModel carries. `messages` is Anthropic's, `nova` and `titan` Amazon's own; everything else is relayed, and
 * counted by what Bedrock itself adds to every stream.
 */
export type Shape = "messages" | "nova" | "titan" | "other";

/** By the body, since the id of a provisioned model or of an application's profile says nothing of the model behind it. */
export function shapeOf(body: JsonRecord): Shape {
  // Bedrock demands it in this body, and only there.
  if (typeof body["anthropic_version"] === "string") return "messages";
  if (typeof body["inputText"] === "string") return "titan";
  return isNova(body) ? "nova" : "other";
}

/** Its content is a list of parts without the `type` that OpenAI's have. */
function isNova(body: JsonRecord): boolean {
  if (!Array.isArray(body["messages"])) return false;
  if (body["schemaVersion"] !== undefined || isRecord(body["inferenceConfig"])) return true;
  const [first] = recordsOf(body["messages"]).flatMap(({ content }) => recordsOf(content));
  return first !== undefined && first["type"] === undefined;
}
