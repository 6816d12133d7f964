/** What the path of an inference call says. */
export interface Address {
  /** The model's id, or that of its inference profile; of an ARN only what names the resource, without its account. */
  model: string;
  /** `converse`: one format for all models. `invoke`: the model's own body. */
  operation: "converse" | "invoke";
  stream: boolean;
}

const BEFORE_ID = "/model/";
const OPERATION = /\/(converse|converse-stream|invoke|invoke-with-response-stream)$/;

/** In `arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.…` these two only say what kind of name follows. */
const NAMED_RESOURCE = /^(?:foundation-model|inference-profile)\//;

/**
 * Undefined for every other call of this service: counting tokens, guardrails, asynchronous and bidirectional ones.
 * A gateway may stand in front. AWS' own clients percent-encode the id; others leave the slash of an ARN as it is.
 */
export function addressOf(path: string): Address | undefined {
  const query = path.indexOf("?");
  const bare = query < 0 ? path : path.slice(0, query);
  const found = OPERATION.exec(bare);
  const start = bare.indexOf(BEFORE_ID) + BEFORE_ID.length;
  if (found === null || start < BEFORE_ID.length || start >= found.index) return undefined;
  const operation = found[1] ?? "";
  return {
    model: modelOf(decoded(bare.slice(start, found.index))),
    operation: operation.startsWith("converse") ? "converse" : "invoke",
    stream: operation.endsWith("-stream"),
  };
}

function modelOf(id: string): string {
  if (!id.startsWith("arn:")) return id;
  const resource = id.split(":").slice(5).join(":");
  return resource.replace(NAMED_RESOURCE, "");
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}
