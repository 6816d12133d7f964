import type { Dialect, LlmCall } from "../../core/dialect.ts";
import type { RawRequest } from "../../core/exchange.ts";
import { openAiCharge } from "./openai-charge.ts";
import { errorAndDone } from "./openai-frame.ts";
import { postsToAny } from "./openai-request.ts";
import { type Signs, showsSigns } from "./signs.ts";
import type { Wall } from "./wall.ts";

/** What one of OpenAI's formats is made of, beside the wall that stands before it. */
export interface OpenAiFormat extends Pick<Dialect, "attention" | "read" | "readWhole" | "write"> {
  /** The end of the dialects' ids: `chat` of `openai-chat`. */
  name: string;
  /** Paths end in one of these. */
  endings: readonly string[];
  /** Longer endings that are another format's. */
  except?: readonly string[];
  /** Undefined: every request on such a path. */
  signs: Signs | undefined;
  recognise(request: RawRequest, provider: string): LlmCall | undefined;
  /** Default: the wall's error as one more `data:` line, then `[DONE]`. */
  breakStream?: Dialect["breakStream"];
}

/** A format and a wall make a dialect. */
export function createOpenAiFormat(wall: Wall, format: OpenAiFormat): Dialect {
  const { endings, except = [], signs } = format;
  const concerns = (request: Pick<RawRequest, "method" | "path" | "headers">) =>
    postsToAny(request, endings) &&
    !postsToAny(request, except) &&
    (signs === undefined || showsSigns(signs, request.headers));
  return {
    id: `${wall.provider}-${format.name}`,
    attention: format.attention,
    ...(wall.keepAlive && { keepAlive: wall.keepAlive }),
    concerns,
    recognise: (request) => (concerns(request) ? format.recognise(request, wall.provider) : undefined),
    refuse: wall.refuse,
    breakStream: format.breakStream ?? breakWithDone(wall),
    read: format.read,
    readWhole: format.readWhole,
    charge: wall.charge ?? openAiCharge,
    limitHeaders: wall.limitHeaders,
    readRefusal: wall.readRefusal,
    write: format.write,
  };
}

/** The error and, as captured (sashabaranov/go-openai#396), the usual end after it. */
function breakWithDone(wall: Wall): Dialect["breakStream"] {
  return (trouble, call, context) => {
    const data = wall.streamError(trouble, call, context);
    return data && errorAndDone(data);
  };
}
