import type { View } from "../../dashboard/view.ts";
import { openPicture } from "../../run/dashboard/index.ts";
import type { Session } from "../../run/session.ts";
import { type Key, keysInWords, listenForKeys } from "./keys.ts";

/** A session looked at from its terminal. */
export interface Followed {
  view(): View;
  keys: string;
  stop(): void;
}

/** Follows a session for the live lines, with keys where there is a keyboard. */
export function follow(session: Session, line: (text: string) => void): Followed {
  const picture = openPicture(session);
  const keys = keysOf(session, line);
  const forget = listenForKeys(keys);
  return {
    view: picture.view,
    keys: process.stdin.isTTY === true ? keysInWords(keys) : "",
    stop() {
      forget();
      void picture.close();
    },
  };
}

function keysOf(session: Session, line: (text: string) => void): Key[] {
  return [
    {
      key: "s",
      does: "stop chaos",
      press() {
        line("s: faults and virtual limits off");
        session.log.append({ type: "command", who: "terminal", method: "panic", params: {} });
        session.panic("terminal");
      },
    },
  ];
}
