import { z } from "zod";
import { UserError } from "../core/errors.ts";
import { didYouMean } from "../core/text.ts";
import { expectations } from "../expectations/index.ts";
import { faults } from "../faults/index.ts";
import { listTiers } from "../limits/index.ts";
import { dialects } from "../providers/index.ts";
import { loadScenario } from "../scenario/index.ts";
import { FORMS, paramLines } from "./list-params.ts";
import { formatOf } from "./list-providers.ts";
import { shippedPath, shippedScenarios } from "./shipped.ts";
import { paint } from "./style.ts";

interface Row {
  name: string;
  summary: string;
  details?: unknown;
  /** Rows of one group stand together under its name. */
  group?: string;
  /** For people: lines below the row. */
  lines?: readonly string[];
}

const LISTS: Readonly<Record<string, () => Row[]>> = {
  faults: () => [...faults.values()].map(withParams),
  expectations: () => [...expectations.values()].map(withParams),
  providers: () =>
    dialects.map((dialect) => {
      const { provider, reads } = formatOf(dialect);
      return { name: dialect.id, summary: reads, group: provider };
    }),
  tiers: () =>
    listTiers().map((tier) => ({
      name: tier.name,
      summary: `${tier.models.length} models, numbers read ${readWhen(tier.dates)}`,
      details: tier,
    })),
  scenarios: () =>
    shippedScenarios().map((name) => ({
      name,
      summary: loadScenario({ path: shippedPath(name), env: process.env }).scenario.summary,
    })),
};

/** `llm-chaos list faults|expectations|providers|tiers|scenarios` */
export function listCommand(what: string, flags: { json?: boolean }): number {
  const list = LISTS[what];
  if (list === undefined) {
    const meant = didYouMean(what, Object.keys(LISTS));
    throw new UserError(`nothing to list under "${what}"`, {
      hint: meant === undefined ? `one of ${Object.keys(LISTS).join(", ")}` : `did you mean ${meant}?`,
    });
  }
  const rows = list();
  if (flags.json === true) {
    process.stdout.write(
      `${JSON.stringify(
        rows.map(({ lines, ...row }) => row),
        null,
        2,
      )}\n`,
    );
  } else process.stdout.write(`${inWords(rows).join("\n")}\n`);
  return 0;
}

function withParams({ name, summary, params }: { name: string; summary: string; params: z.ZodType }): Row {
  const details = z.toJSONSchema(params, { io: "input", unrepresentable: "any" });
  return { name, summary, details, lines: paramLines(params) };
}

function inWords(rows: readonly Row[]): string[] {
  const width = Math.max(...rows.map((row) => row.name.length));
  const rowWords = ({ name, summary, lines = [] }: Row) => [
    `${paint("bold", name.padEnd(width), process.stdout)}  ${summary}`.trimEnd(),
    ...lines,
  ];
  const groups = Map.groupBy(rows, ({ group }) => group);
  const listed = [...groups].flatMap(([group, members]) =>
    group === undefined ? members.flatMap(rowWords) : [group, ...members.flatMap(rowWords).map((line) => `  ${line}`)],
  );
  const forms = rows.some(({ lines }) => lines?.some((line) => /: position|or drawn/.test(line)));
  return forms ? [...listed, "", ...FORMS] : listed;
}

function readWhen(dates: readonly string[]): string {
  const first = dates[0] ?? "unknown";
  const last = dates.at(-1) ?? first;
  return first === last ? first : `between ${first} and ${last}`;
}
