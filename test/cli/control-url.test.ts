import { expect, it } from "vitest";
import { controlUrl } from "../../src/cli/ctl.ts";

it.each([
  ["127.0.0.1:4142", "ws://127.0.0.1:4142/control"],
  ["http://127.0.0.1:4142/", "ws://127.0.0.1:4142/control"],
  ["https://chaos.lan:4142", "wss://chaos.lan:4142/control"],
  ["ws://host:4142/control", "ws://host:4142/control"],
  ["wss://host/behind/control", "wss://host/behind/control"],
])("%s is the channel at %s", (address, url) => {
  expect(controlUrl(address)).toBe(url);
});

it.each(["host:port", "ftp://host/control", "", "a b"])("refuses %j in words", (address) => {
  expect(() => controlUrl(address)).toThrow("is not the address of a control channel");
});
