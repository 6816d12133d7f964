import type { Clock } from "../core/clock.ts";
import { digest, makeToken } from "./token.ts";
import type { Role, Visitor } from "./visitor.ts";

/** Pages that logged in. Kept here only: a restart logs everybody out. */
export interface Sessions {
  /** The id is a secret: whoever has it is the visitor. */
  open(of: { role: Role; name: string }): string;
  find(id: string): Visitor | undefined;
  close(id: string): void;
  closeAll(): void;
}

/** A working day. */
export const SESSION_SECONDS = 12 * 3_600;
const MOST_SESSIONS = 200;

/** Sessions are looked up by a digest of their id, so the time of a look-up tells nothing of an id. The oldest goes when there are 200. */
export function createSessions(clock: Clock): Sessions {
  const sessions = new Map<string, { role: Role; name: string; ended: AbortController; cancel(): void }>();
  const keyOf = (id: string) => digest(id).toString("base64url");
  const end = (key: string) => {
    const session = sessions.get(key);
    sessions.delete(key);
    session?.cancel();
    session?.ended.abort();
  };
  return {
    open({ role, name }) {
      if (sessions.size >= MOST_SESSIONS) end(sessions.keys().next().value ?? "");
      const id = makeToken();
      const key = keyOf(id);
      const cancel = clock.after(SESSION_SECONDS * 1_000, () => end(key));
      sessions.set(key, { role, name, ended: new AbortController(), cancel });
      return id;
    },
    find(id) {
      const session = sessions.get(keyOf(id));
      if (session === undefined) return undefined;
      return { role: session.role, name: session.name, ended: session.ended.signal, sessionId: id };
    },
    close: (id) => end(keyOf(id)),
    closeAll() {
      for (const key of [...sessions.keys()]) end(key);
    },
  };
}
