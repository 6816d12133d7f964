/** `spectator`: reads everything, changes nothing. */
export type Role = "control" | "spectator";

/** Who was let in. */
export interface Visitor {
  role: Role;
  /** Given at login, or by a program in `x-llm-chaos-name`; empty without one. Stands in the event log. */
  name: string;
  /** Aborts at logout and when the session of a page expires; undefined for who sent a token. */
  ended: AbortSignal | undefined;
  /** Of the page's session, for its end. */
  sessionId: string | undefined;
}

export function mayUse(role: Role, needed: Role): boolean {
  return role === "control" || needed === "spectator";
}

/** Letters, digits and little else, at most 40: it is written into the log and shown to others. Undefined: not such a name. */
export function cleanName(text: string): string | undefined {
  const name = text.trim().replaceAll(/\s+/g, " ");
  return name === "" || /^[\p{L}\p{N}][\p{L}\p{N}\p{M} ._'@+-]{0,39}$/u.test(name) ? name : undefined;
}
