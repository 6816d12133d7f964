import { z } from "zod";
import type { Fault } from "../core/fault.ts";
import { editReply } from "./shared/edit-reply.ts";
import { finishWord, withFinish } from "./shared/finish.ts";

const params = z.strictObject({
  says: z
    .enum(["stop", "length", "tool_calls"])
    .optional()
    .meta({ description: "What the finish says, in the provider's word. Default: length, and stop where it was that" }),
});

export const wrongFinish: Fault<z.output<typeof params>> = {
  name: "wrong_finish",
  summary: "The answer is whole, but its finish says something else, such as that it was cut at its length",
  looks: "wrong finish reasons",
  acts: "stream",
  final: false,
  params,
  plan({ says }, context) {
    const [length, stop] = [finishWord("length", context), finishWord("stop", context)];
    const wanted = says === undefined ? length : finishWord(says, context);
    if (wanted === undefined) return [];
    const wrongFor = (finish: string | undefined) => (says === undefined && finish === length ? stop : wanted);
    const newStage = () =>
      editReply(context.dialect, (said) => {
        const word = wrongFor(said.meaning.finish);
        return word === said.meaning.finish ? undefined : withFinish(said, word);
      });
    return [{ do: "reshape", newStage }];
  },
  explain: ({ says }) => `the finish says ${says ?? "length"} where it was something else`,
};
