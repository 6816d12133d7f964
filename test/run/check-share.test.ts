import { expect, it } from "vitest";
import { UserError } from "../../src/core/errors.ts";
import { refuseShareOnLive } from "../../src/run/check-share.ts";
import { parseUpstreams } from "../../src/run/upstream-choice.ts";
import { parseFaultLine } from "../../src/scenario/index.ts";

const check = (fault: string, ...upstreams: string[]) =>
  refuseShareOnLive([parseFaultLine(fault, { id: "storm/1" })], parseUpstreams(upstreams));
const LIVE = "https://provider.example";

it("refuses a share of a live reply, and names the rule and the way out", () => {
  try {
    check("truncate: { after: { share: 40% } }", LIVE);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      message: "storm/1: truncate stands after a share of the reply, and the upstream is live",
      hint: expect.stringContaining("--upstream stub"),
    });
  }
});

it("lets it be where a stub can meet it, and every other position", () => {
  expect(() => check("truncate: { after: { share: 40% } }", "stub")).not.toThrow();
  expect(() => check("truncate: { after: { share: 40% } }", `a=${LIVE}`, "b=stub")).not.toThrow();
  expect(() => check("truncate: { after: { tokens: 4 } }", LIVE)).not.toThrow();
  expect(() => check("header_lies: { set: { share: 1 } }", LIVE)).not.toThrow();
});
