import type { FaultContext } from "../../core/fault.ts";
import type { Said } from "./edit-reply.ts";
import { type Place, parseJson, placesIn, withValues } from "./json-edit.ts";

/**
 * The JSON with another finish in place of its own, or with none. Where the finish stands is the dialect's to know: of all
 * values that are its word, the outermost is taken after which the dialect reads what is wanted.
 */
export function withFinish({ json, meaning, readAs }: Said, wanted: string | undefined): string | undefined {
  const { finish } = meaning;
  const root = finish === undefined ? undefined : parseJson(json);
  if (root === undefined) return undefined;
  const groups = new Map(
    placesIn(root)
      .filter(({ value }) => value === finish)
      .map((place): [string, Place] => [`${place.depth} ${place.key}`, place]),
  );
  for (const { key, depth } of groups.values()) {
    const isMeant = (place: Place) => place.key === key && place.depth === depth && place.value === finish;
    const edited = JSON.stringify(withValues(root, (place) => (isMeant(place) ? (wanted ?? null) : place.value)));
    if (readAs(edited).finish === wanted) return edited;
  }
  return undefined;
}

/** The provider's own word for how an answer ends; undefined where the format has none. */
export function finishWord(kind: "stop" | "length" | "tool_calls", context: FaultContext): string | undefined {
  const { dialect, call, reply } = context;
  const pieces = kind === "tool_calls" ? [] : ["."];
  const toolCall = { id: "call_1", name: "sample", argumentPieces: ["{}"] };
  const answer = {
    id: reply.requestId,
    created: 0,
    pieces,
    finish: kind,
    usage: { inputTokens: 1, outputTokens: 1 },
    ...(kind === "tool_calls" && { toolCall }),
  };
  const [body = new Uint8Array()] = dialect.write(answer, { ...call, stream: false }).frames;
  return dialect.readWhole(body).finish;
}
