import { expect, it } from "vitest";
import { lateClose } from "../../src/faults/late_close.ts";
import { newStage, playbook, startingPosition } from "../support/playbook.ts";

it("holds the end of the body behind everything that was sent", () => {
  playbook(lateClose, {}).frame("a").sends("a").finish().sends("finish").done().sends("terminator").applied(0);
  const end = newStage(lateClose, {}).onEnd?.(startingPosition());
  expect(end).toEqual([{ do: "applied" }, { do: "keep-open" }]);
});

it("closes after its time", () => {
  expect(newStage(lateClose, { lasts: "5m" }).onEnd?.(startingPosition())).toContainEqual({
    do: "keep-open",
    ms: 300_000,
  });
});
