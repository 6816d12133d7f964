import type { View } from "../../dashboard/view.ts";
import { openPicture } from "../../run/dashboard/index.ts";
import type { Session } from "../../run/session.ts";
import { openInBrowser } from "./browser.ts";
import { type Key, keysInWords, listenForKeys } from "./keys.ts";

/** A session looked at from its terminal. */
export interface Followed {
  view(): View;
  /** What can be pressed now; empty without a keyboard. */
  keys(): string;
  /** From now on there is a dashboard to open. */
  pageAt(url: string): void;
  stop(): void;
}

/** Follows a session for the live lines, with keys where there is a keyboard. */
export function follow(session: Session, line: (text: string) => void): Followed {
  const picture = openPicture(session);
  const keys = [stopKey(session, line)];
  const forget = listenForKeys(keys);
  return {
    view: picture.view,
    keys: () => (process.stdin.isTTY === true ? keysInWords(keys) : ""),
    pageAt: (url) => void keys.unshift(dashboardKey(url, line)),
    stop() {
      forget();
      void picture.close();
    },
  };
}

/** Opens the page as it is: who looks at it logs in there, since a token in an address would stay in the browser's history. */
export function dashboardKey(url: string, line: (text: string) => void, open = openInBrowser): Key {
  return {
    key: "d",
    does: "dashboard",
    async press() {
      const opened = await open(url);
      line(opened ? `d: opened ${url}` : `d: the dashboard is at ${url} (no browser can be opened from here)`);
    },
  };
}

function stopKey(session: Session, line: (text: string) => void): Key {
  return {
    key: "s",
    does: "stop chaos",
    press() {
      line("s: faults and virtual limits off");
      session.log.append({ type: "command", who: "terminal", method: "panic", params: {} });
      session.panic("terminal");
    },
  };
}
