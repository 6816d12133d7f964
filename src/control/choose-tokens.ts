import { UserError } from "../core/errors.ts";
import { isLoopback } from "./auth.ts";
import { makeToken } from "./token.ts";
import { removeTokenFile, writeTokenFile } from "./token-file.ts";
import type { Role } from "./visitor.ts";

export interface TokenOptions {
  listen: { host: string };
  token: string | undefined;
  tokenPath: string;
  spectatorToken?: string | undefined;
  spectatorTokenPath: string;
}

export interface ChosenTokens {
  list: { role: Role; token: string }[];
  /** For whoever started the channel. Paths only of tokens that were made here. */
  told: {
    token: string;
    tokenPath: string | undefined;
    spectatorToken: string | undefined;
    spectatorTokenPath: string | undefined;
  };
  /** Puts those made here into their files. */
  write(): void;
  /** Takes these files away. */
  remove(): void;
}

const SHORTEST_OPEN_TOKEN = 16;
const CONTROL_HINT = "give one with --control-token-file or LLM_CHAOS_TOKEN";
const SPECTATOR_HINT = "give one with --spectator-token-file or LLM_CHAOS_SPECTATOR_TOKEN";

/** The given tokens, checked, and fresh ones for what was not given. Throws a UserError when one must be given or cannot be used. */
export function chooseTokens(options: TokenOptions): ChosenTokens {
  const { listen, tokenPath, spectatorTokenPath } = options;
  const isOpen = !isLoopback(listen.host);
  if (options.token === undefined && isOpen) {
    throw new UserError(`the control channel on ${listen.host} can be reached from other machines and has no token`, {
      hint: `${CONTROL_HINT}, or listen on 127.0.0.1`,
    });
  }
  const made: { path: string; token: string }[] = [];
  const make = (path: string) => {
    const token = makeToken();
    made.push({ path, token });
    return token;
  };
  const token = checked(options.token, { what: "control", listen, hint: CONTROL_HINT }) ?? make(tokenPath);
  const given = checked(options.spectatorToken, { what: "spectators'", listen, hint: SPECTATOR_HINT });
  const spectatorToken = given ?? (options.token === undefined ? make(spectatorTokenPath) : undefined);
  if (spectatorToken === token) {
    throw new UserError("the spectators' token is the control token", { hint: SPECTATOR_HINT });
  }
  const list: ChosenTokens["list"] = [{ role: "control", token }];
  if (spectatorToken !== undefined) list.push({ role: "spectator", token: spectatorToken });
  const pathIfMade = (path: string) => (made.some((one) => one.path === path) ? path : undefined);
  return {
    list,
    told: {
      token,
      tokenPath: pathIfMade(tokenPath),
      spectatorToken,
      spectatorTokenPath: pathIfMade(spectatorTokenPath),
    },
    write: () => {
      for (const one of made) writeTokenFile(one.path, one.token);
    },
    remove: () => {
      for (const one of made) removeTokenFile(one.path, one.token);
    },
  };
}

function checked(
  token: string | undefined,
  { what, listen, hint }: { what: string; listen: { host: string }; hint: string },
): string | undefined {
  if (token === undefined) return undefined;
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new UserError(`the ${what} token is empty or has characters that no header can carry`, { hint });
  }
  if (!isLoopback(listen.host) && token.length < SHORTEST_OPEN_TOKEN) {
    throw new UserError(`the ${what} token is too short for ${listen.host}: other machines can reach it`, {
      hint: `use at least ${SHORTEST_OPEN_TOKEN} characters`,
    });
  }
  return token;
}
