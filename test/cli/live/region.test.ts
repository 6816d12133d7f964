import { expect, it } from "vitest";
import { createLiveRegion } from "../../../src/cli/live/region.ts";
import { FakeTerminal } from "../../support/terminal.ts";

it("draws in place, below the lines that stay", () => {
  const terminal = new FakeTerminal();
  const region = createLiveRegion(terminal);
  region.line("started");
  region.draw(["one", "two"]);
  region.line("something happened");
  region.draw(["one", "2", "three"]);
  region.draw(["1"]);
  expect(terminal.screen()).toEqual(["started", "something happened", "1"]);
  region.close();
  expect(terminal.screen()).toEqual(["started", "something happened", ""]);
});

it("writes nothing where nothing has changed, and each change at once", () => {
  const terminal = new FakeTerminal();
  const region = createLiveRegion(terminal);
  region.draw(["one", "two"]);
  region.draw(["one", "two"]);
  expect(terminal.updates).toBe(1);
});

it("leaves no remains on a terminal that becomes narrower", () => {
  const terminal = new FakeTerminal(40);
  const region = createLiveRegion(terminal);
  region.line("started");
  region.draw(["a line of some thirty letters", "short"]);
  terminal.narrow(12);
  region.draw(["a line of…", "short"]);
  expect(terminal.screen()).toEqual(["started", "a line of…", "short"]);
  region.close();
  expect(terminal.listenerCount("resize")).toBe(0);
});
