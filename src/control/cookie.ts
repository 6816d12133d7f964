import type { IncomingMessage } from "node:http";
import { SESSION_SECONDS } from "./sessions.ts";

/** Cookies do not know ports: two proxies on one machine must not log each other's pages out. */
export interface SessionCookie {
  read(headers: IncomingMessage["headers"]): string | undefined;
  set(id: string): string;
  clear(): string;
}

export function sessionCookie({ port, secure }: { port: number; secure: boolean }): SessionCookie {
  const name = `llm_chaos_${port}`;
  const write = (value: string, seconds: number) =>
    `${name}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${secure ? "; Secure" : ""}`;
  return {
    read({ cookie }) {
      const found = cookie?.split(";").find((pair) => pair.trim().startsWith(`${name}=`));
      return found?.slice(found.indexOf("=") + 1).trim() || undefined;
    },
    set: (id) => write(id, SESSION_SECONDS),
    clear: () => write("", 0),
  };
}
