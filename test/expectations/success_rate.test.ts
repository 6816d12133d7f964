import { expect, test } from "vitest";
import { story } from "../support/events.ts";
import { judged } from "./judged.ts";

const told = (params: object) => story({ expect: [{ name: "success_rate", params }] }).phase("storm");

test("counts served calls at the front door when it is driven; a shed call is not served", () => {
  const three = (atLeast: string) =>
    told({ at_least: atLeast })
      .front("f1")
      .frontEnded("f1", 200)
      .front("f2")
      .frontEnded("f2", 200)
      .front("f3")
      .frontEnded("f3", 503, { matched: { shed: true } });
  expect(judged(three("60%"))).toMatchObject({ verdict: "pass", summary: "67 % of 3 calls served" });
  expect(judged(three("70%"))).toMatchObject({ verdict: "fail", evidence: [{ got: "shed" }] });
});

test("counts delivered attempts at the proxy, by default when nothing is driven", () => {
  const attempts = (params: object) => told(params).received("c1").replied("c1", 200).received("c2").replied("c2", 500);
  expect(judged(attempts({ at_least: 0.5 }))).toMatchObject({
    verdict: "pass",
    summary: "50 % of 2 attempts delivered",
  });
  expect(judged(attempts({ at_least: 0.51 })).verdict).toBe("fail");
  expect(judged(attempts({ at_least: 0.5, at: "front_door" })).verdict).toBe("inconclusive");
});

test("is inconclusive when calls that were perhaps truncated decide, and without calls", () => {
  const doubtful = told({ at_least: "100%" }).front("f1").received("c1", { trace: "trace-f1" });
  doubtful.replied("c1", 200, { finish: false }).frontEnded("f1", 200);
  expect(judged(doubtful).verdict).toBe("inconclusive");
  expect(judged(told({ at_least: "99%" })).verdict).toBe("inconclusive");
});
