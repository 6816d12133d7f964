import type { Verdict } from "../../src/core/expectation.ts";
import type { Marked } from "./mark.ts";

const VERDICTS: readonly Verdict[] = ["pass", "fail", "inconclusive"];

/** What was judged, beside what is true. */
export function table(marked: readonly Marked[], clients: number): string {
  const count = (right: Verdict, given: Verdict) =>
    marked.filter((one) => one.right === right && one.given === given).length;
  const rows = VERDICTS.map((right) =>
    [`in truth ${right}`.padEnd(24), ...VERDICTS.map((given) => String(count(right, given)).padStart(14))].join(""),
  );
  const falsePasses = marked.filter(({ right, given }) => right === "fail" && given === "pass").length;
  const falseFails = marked.filter(({ right, given }) => right !== "fail" && given === "fail").length;
  const undecided = marked.filter(({ right, given }) => right !== "inconclusive" && given === "inconclusive").length;
  return [
    `${clients} clients, ${new Set(marked.map(({ client, question }) => `${client} ${question}`)).size} runs, ${marked.length} verdicts`,
    "",
    ["judged:".padEnd(24), ...VERDICTS.map((given) => given.padStart(14))].join(""),
    ...rows,
    "",
    `false passes ${falsePasses}, false fails ${falseFails}, undecided though there was evidence ${undecided}`,
    ...perExpectation(marked),
  ].join("\n");
}

function perExpectation(marked: readonly Marked[]): string[] {
  const byName = Map.groupBy(marked, ({ expectation }) => expectation);
  return [
    "",
    `${"expectation".padEnd(24)}${"pass".padStart(6)}${"fail".padStart(6)}${"wrong".padStart(7)}`,
    ...[...byName].map(([name, all]) => {
      const of = (right: Verdict) => String(all.filter((one) => one.right === right).length).padStart(6);
      const wrong = all.filter(({ right, given }) => right !== given).length;
      return `${name.padEnd(24)}${of("pass")}${of("fail")}${String(wrong).padStart(7)}`;
    }),
  ];
}
