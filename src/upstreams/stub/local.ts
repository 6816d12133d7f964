import { jsonReply, type RawRequest, type WireReply } from "../../core/exchange.ts";

/** What GET /v1/models lists. The stub answers for any model name; these only give clients something to show. */
const LISTED = ["gpt-4o", "gpt-4o-mini"];
const LISTED_SINCE = 1_715_367_049;

/** What the stub answers beside inference calls: GET /health and the list of models. Undefined: not its own. */
export function answerLocally({ method, path }: Pick<RawRequest, "method" | "path">): WireReply | undefined {
  if (method !== "GET") return undefined;
  const [route] = path.split("?");
  if (route === "/health") return jsonReply(200, [], { status: "ok" });
  if (route !== "/v1/models" && route !== "/models") return undefined;
  const data = LISTED.map((id) => ({ id, object: "model", created: LISTED_SINCE, owned_by: "llm-chaos-stub" }));
  return jsonReply(200, [], { object: "list", data });
}
