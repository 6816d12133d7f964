// npm run judge-exam [-- --only client,client --at-once N --keep]: clients whose reactions are known, before the judge.
import { parseArgs } from "node:util";
import { inPool } from "../clients/pool.ts";
import { clients } from "./clients/index.ts";
import { type Marked, mark } from "./mark.ts";
import { openStage } from "./stage.ts";
import { table } from "./table.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    "at-once": { type: "string", default: "4" },
    keep: { type: "boolean", default: false },
  },
});

const wanted = values.only?.split(",");
const sitting = [...clients.values()].filter(({ name }) => wanted?.includes(name) ?? true);
const stage = await openStage();
const marked: Marked[] = [];
const pairs = sitting.flatMap((client) => Object.keys(client.sits).map((asked) => ({ client, asked })));
await inPool(
  pairs.map(({ client, asked }) => async () => {
    const one = await mark(client, asked, stage);
    marked.push(...one);
    const wrong = one.filter(({ right, given }) => right !== given);
    console.error(`${wrong.length === 0 ? "✓" : "✗"} ${client.name} × ${asked}`);
    for (const { expectation, right, given, summary } of wrong)
      console.error(`    ${expectation}: is ${right}, was judged ${given}: ${summary}`);
  }),
  Number(values["at-once"]),
);
await stage.close({ keep: values.keep });
if (values.keep) console.error(`the runs are in ${stage.folder}`);
console.log(table(marked, sitting.length));
process.exit(marked.every(({ right, given }) => right === given) ? 0 : 1);
