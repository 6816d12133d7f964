/** What a key does, and how the live lines tell of it. */
export interface Key {
  key: string;
  does: string;
  press(): unknown;
}

const CTRL_C = "\u0003";

/**
 * Listens for single keys on a terminal; elsewhere does nothing. Ctrl-C stays what it is: the terminal no longer makes a
 * signal of it, so it is made here. Returns how to stop listening.
 */
export function listenForKeys(keys: readonly Key[], stdin: NodeJS.ReadStream = process.stdin): () => void {
  if (stdin.isTTY !== true || keys.length === 0) return () => {};
  const onData = (typed: Buffer) => {
    for (const character of typed.toString("utf8")) {
      if (character === CTRL_C) process.kill(process.pid, "SIGINT");
      else keys.find(({ key }) => key === character)?.press();
    }
  };
  stdin.setRawMode(true);
  stdin.on("data", onData);
  stdin.resume();
  // A key that nobody presses must not keep the program alive.
  stdin.unref();
  return () => {
    stdin.off("data", onData);
    stdin.setRawMode(false);
    stdin.pause();
  };
}

/** `s stop chaos · Ctrl-C finish and report` */
export function keysInWords(keys: readonly Key[]): string {
  return [...keys.map(({ key, does }) => `${key} ${does}`), "Ctrl-C finish and report"].join(" · ");
}
