/** What paths of the data listener begin with, versions apart: such a name could never be told from a request's own path. */
const BEGINNINGS_OF_PATHS: ReadonlySet<string> = new Set(
  [
    "chat completions responses embeddings messages models model deployments engines files uploads batches images",
    "audio moderations assistants threads vector_stores fine_tuning fine-tuning realtime conversations organization organizations",
    "projects publishers endpoints tunedmodels cachedcontents operations api health healthz metrics rerank tokenize",
  ].flatMap((line) => line.split(" ")),
);
const VERSION = /^v\d+[a-z0-9]*$/;
const NAME = /^[a-z][a-z0-9._-]{0,39}$/;

/** Why an upstream cannot be called so; undefined when it can. The name is the first segment of `/<name>/…`, in lower case. */
export function flawOfUpstreamName(name: string): string | undefined {
  const lower = name.toLowerCase();
  if (!NAME.test(lower)) return "a name begins with a letter and has letters, digits, dots, _ and - only";
  if (lower === "stub" || lower === "replay") return `"${name}" says what an upstream is, so none can be called so`;
  if (VERSION.test(lower) || BEGINNINGS_OF_PATHS.has(lower)) {
    return `paths of requests begin with "/${name}", so no upstream can be called so`;
  }
  return undefined;
}
