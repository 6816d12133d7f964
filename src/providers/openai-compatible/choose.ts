import type { Dialect } from "../../core/dialect.ts";
import type { Signs } from "../shared/signs.ts";
import type { Wall } from "../shared/wall.ts";
import { compatibleProviders } from "./providers.ts";
import { compatibleWall } from "./wall.ts";

/** OpenAI's formats before one wall. With signs, only the requests that show one are concerned. */
export type OpenAiFormats = (wall: Wall, signs?: Signs) => readonly Dialect[];

/** Where nobody else's wall can stand. */
const OPENAI_HOST = "api.openai.com";

/**
 * The formats for what stands behind a listener, the more particular before the more general. Whose wall it is: the user's
 * name for the upstream (`groq=https://…`) says it first; then its host; where neither does (the stub, a gateway), the
 * signs in each request, and without any of them OpenAI's, which everybody copies.
 */
export function chooseDialects(
  { formats, before }: { formats: readonly Dialect[]; before: OpenAiFormats },
  { base, name = "" }: { base?: URL | undefined; name?: string | undefined } = {},
): readonly Dialect[] {
  const named = compatibleProviders.find(({ provider }) => provider === name.toLowerCase());
  const known = named ?? compatibleProviders.find(({ hosts }) => hosts.some((host) => isHost(base, host)));
  // In front, so that OpenAI's own are never asked.
  if (known !== undefined) return [...before(compatibleWall(known)), ...formats];
  return isHost(base, OPENAI_HOST) ? formats : [...bySigns(before), ...formats];
}

/** Those that a request can give away. */
function bySigns(before: OpenAiFormats): Dialect[] {
  return compatibleProviders.flatMap((provider) =>
    provider.signs === undefined ? [] : before(compatibleWall(provider), provider.signs),
  );
}

function isHost(base: URL | undefined, host: string): boolean {
  return base !== undefined && (base.hostname === host || base.hostname.endsWith(`.${host}`));
}
