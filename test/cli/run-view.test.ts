import { expect, it } from "vitest";
import { createRunView, foldView } from "../../src/cli/run-view.ts";
import { story } from "../support/events.ts";

it("tells what a controller did, since a log that nobody watched must say why things changed", () => {
  const told = story();
  told.event({ type: "command", who: "ana (control-1)", method: "limits.set", params: { row: 0, set: { rpm: 30 } } });
  told.event({ type: "command", who: "driver", method: "events.append", params: {} });
  const view = createRunView();
  const lines = told.events.map((event) => foldView(view, event)).filter((line) => line?.kind === "command");
  expect(lines).toEqual([{ kind: "command", text: 'limits.set {"row":0,"set":{"rpm":30}} by ana (control-1)' }]);
});
