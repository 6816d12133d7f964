import { z } from "zod";
import type { Fault } from "../core/fault.ts";
import { editReply, type Said } from "./shared/edit-reply.ts";
import { createGarbler } from "./shared/garbler.ts";
import { parseJson, withValues } from "./shared/json-edit.ts";

const params = z.strictObject({
  how: z
    .enum(["cut", "invalid"])
    .default("cut")
    .meta({ description: "cut: the arguments break off; invalid: all are there, with a comma too much" }),
});

/** The finish is a normal one, so only what parses the arguments can know. Formats that carry them parsed cannot break so. */
export const garbledToolCall: Fault<z.output<typeof params>> = {
  name: "garbled_tool_call",
  summary: "A tool call whose arguments are no JSON, under a normal finish",
  looks: "tool calls whose arguments cannot be read",
  acts: "stream",
  final: false,
  params,
  plan: ({ how }, { dialect }) => [
    {
      do: "reshape",
      newStage() {
        const garbler = createGarbler(how);
        return editReply(dialect, (said) => garbled(said, garbler));
      },
    },
  ],
  explain: ({ how }) =>
    `the arguments of a tool call ${how === "cut" ? "break off" : "are no JSON"}, under a normal finish`,
};

function garbled({ json, meaning, at }: Said, garbler: ReturnType<typeof createGarbler>): string | undefined {
  const { toolArguments } = meaning;
  if (toolArguments === "" && !garbler.began) return undefined;
  const root = parseJson(json);
  if (root === undefined) return undefined;
  const replace = at === undefined ? garbler.wholeOf(toolArguments) : garbler.pieceOf(toolArguments);
  const edited = JSON.stringify(withValues(root, ({ value }) => (typeof value === "string" ? replace(value) : value)));
  return edited === JSON.stringify(root) ? undefined : edited;
}
