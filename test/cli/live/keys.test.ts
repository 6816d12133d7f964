import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { browserCommand, openInBrowser } from "../../../src/cli/live/browser.ts";
import { dashboardKey } from "../../../src/cli/live/follow.ts";
import { keysInWords, listenForKeys } from "../../../src/cli/live/keys.ts";

const URL = "http://127.0.0.1:4142/";

/** A keyboard: a stream that says of itself that it is a terminal. */
function keyboard() {
  const raw: boolean[] = [];
  const stream = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (on: boolean) => void raw.push(on),
    unref() {},
  });
  return {
    stdin: stream as unknown as NodeJS.ReadStream,
    raw,
    type: (text: string) => stream.emit("data", Buffer.from(text)),
  };
}

describe("keys of the terminal view", () => {
  it("are those that are there now, and the terminal is given back", () => {
    const { stdin, raw, type } = keyboard();
    const pressed: string[] = [];
    const key = (name: string, does: string) => ({ key: name, does, press: () => void pressed.push(name) });
    const keys = [key("s", "stop chaos")];
    const forget = listenForKeys(keys, stdin);
    type("dxs");
    expect(pressed).toEqual(["s"]);
    keys.unshift(key("d", "dashboard"));
    type("d");
    expect(pressed).toEqual(["s", "d"]);
    expect(keysInWords(keys)).toBe("d dashboard · s stop chaos · Ctrl-C finish and report");
    forget();
    type("s");
    expect(pressed).toEqual(["s", "d"]);
    expect(raw).toEqual([true, false]);
  });

  it("open the dashboard, or say where it is, without a token in the address", async () => {
    for (const opened of [true, false]) {
      const lines: string[] = [];
      const asked: string[] = [];
      await dashboardKey(
        URL,
        (line) => void lines.push(line),
        async (url) => {
          asked.push(url);
          return opened;
        },
      ).press();
      expect(asked).toEqual([URL]);
      expect(lines).toEqual([expect.stringContaining(URL)]);
      expect(lines[0]).toMatch(opened ? /^d: opened/ : /no browser can be opened from here/);
    }
  });
});

describe("the browser", () => {
  it("is asked for where it would open before the person who pressed the key", () => {
    const local = { DISPLAY: ":0" };
    expect(browserCommand(URL, { platform: "linux", env: local })).toEqual(["xdg-open", URL]);
    expect(browserCommand(URL, { platform: "linux", env: { WAYLAND_DISPLAY: "wayland-0" } })).toEqual([
      "xdg-open",
      URL,
    ]);
    expect(browserCommand(URL, { platform: "darwin", env: {} })).toEqual(["open", URL]);
    expect(browserCommand(URL, { platform: "win32", env: {} })?.at(-1)).toBe(URL);
  });

  it("is not asked for over ssh, nor where there is no screen", () => {
    for (const env of [{}, { DISPLAY: "" }, { DISPLAY: "localhost:10.0", SSH_CONNECTION: "10.0.0.1 1 10.0.0.2 22" }])
      expect(browserCommand(URL, { platform: "linux", env })).toBeUndefined();
    expect(browserCommand(URL, { platform: "darwin", env: { SSH_TTY: "/dev/pts/1" } })).toBeUndefined();
  });

  it("that is not installed is none", async () => {
    expect(await openInBrowser(URL, { platform: "linux", env: { DISPLAY: ":0", PATH: "/nonexistent" } })).toBe(false);
    expect(await openInBrowser(URL, { platform: "linux", env: {} })).toBe(false);
  });
});
