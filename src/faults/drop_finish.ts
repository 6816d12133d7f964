import { z } from "zod";
import type { Fault } from "../core/fault.ts";
import { editReply, type Said } from "./shared/edit-reply.ts";
import { withFinish } from "./shared/finish.ts";

const params = z.strictObject({});

/** What the answer lacks is the word that it is whole; the end marker comes as always. */
export const dropFinish: Fault<z.output<typeof params>> = {
  name: "drop_finish",
  summary: "The answer ends without its finish; everything else comes, the end marker too where it is another event",
  looks: "streams without a finish",
  acts: "stream",
  final: false,
  params,
  plan: (_, { dialect }) => [{ do: "reshape", newStage: () => editReply(dialect, withoutFinish) }],
  explain: () => "the answer ends without its finish",
};

/** An event that says nothing else goes, and one that is the end marker too. */
function withoutFinish(said: Said): string | "drop" | undefined {
  const { finish, terminator, text, toolArguments, reasoning, usage } = said.meaning;
  if (finish === undefined) return undefined;
  const saysMore = text !== "" || toolArguments !== "" || reasoning !== "" || usage !== undefined;
  return said.at !== undefined && (terminator || !saysMore) ? "drop" : withFinish(said, undefined);
}
