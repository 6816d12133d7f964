import { z } from "zod";
import { parseCount, parseDuration, parseMoney, parseShare } from "./units.ts";

/** Building blocks of everything users write. Each carries its own message, because the validator prints it as it is. */

/** `250ms`, `2s`, `5m`. Output: milliseconds. */
export const duration = () =>
  z
    .union([z.string(), z.number()])
    .meta({ description: "A duration with its unit: 250ms, 2s, 5m", examples: ["2s"] })
    .transform((value, context) => {
      const ms = typeof value === "string" ? parseDuration(value) : value === 0 ? 0 : undefined;
      if (ms !== undefined) return ms;
      context.addIssue({
        code: "custom",
        message: `"${value}" is not a duration; write it with a unit, such as 250ms, 2s or 5m`,
      });
      return z.NEVER;
    });

/** `5%` or `0.05`. Output: a share, 1 is all. */
export const share = () =>
  z
    .union([z.string(), z.number()])
    .meta({ description: "A share: 5% or 0.05", examples: ["5%"] })
    .transform((value, context) => {
      const parsed = parseShare(value);
      if (parsed !== undefined) return parsed;
      context.addIssue({ code: "custom", message: `"${value}" is not a share; write 5% or 0.05` });
      return z.NEVER;
    });

/** `30_000` or 30000. Output: a whole number, zero or more. */
export const count = () =>
  z
    .union([z.string(), z.number()])
    .meta({ description: "A whole number: 30000 or 30_000", examples: [8] })
    .transform((value, context) => {
      const parsed = parseCount(value);
      if (parsed !== undefined) return parsed;
      context.addIssue({ code: "custom", message: `"${value}" is not a whole number` });
      return z.NEVER;
    });

/** `20/s`, `90/m`. Output: per second. */
export const rate = () =>
  z
    .string()
    .meta({ description: "Per second or minute: 20/s, 90/m", examples: ["20/s"] })
    .transform((text, context) => {
      const match = /^(\d+(?:\.\d+)?)\s*\/\s*(s|m)$/.exec(text.trim());
      const perSecond = Number(match?.[1]) / (match?.[2] === "m" ? 60 : 1);
      if (perSecond > 0) return perSecond;
      context.addIssue({ code: "custom", message: `"${text}" is not a rate; write 20/s or 90/m` });
      return z.NEVER;
    });

/** `$0.50` or 0.5. Output: US dollars, zero or more. */
export const money = () =>
  z
    .union([z.number(), z.string()])
    .meta({ description: "Dollars: 2 or $0.50", examples: ["$0.50"] })
    .transform((value, context) => {
      const dollars = parseMoney(value);
      if (dollars !== undefined) return dollars;
      context.addIssue({ code: "custom", message: `"${value}" is not an amount of money; write $0.50` });
      return z.NEVER;
    });

/** `10x`. Output: the factor. */
export const factor = () =>
  z
    .union([z.string(), z.number()])
    .meta({ description: "A factor: 10x or 10", examples: ["10x"] })
    .transform((value, context) => {
      const match = /^(\d+(?:\.\d+)?)x?$/.exec(String(value).trim());
      if (match) return Number(match[1]);
      context.addIssue({ code: "custom", message: `"${value}" is not a factor; write 10x` });
      return z.NEVER;
    });

/** A model or header pattern: `*` stands for any run of characters; everything else is literal. */
export const glob = () => z.string().min(1).meta({ description: "Exact, or with * for any run of characters" });

/** A position in a live stream, by meaning. The cut falls after the frame that crosses it. */
export const position = () =>
  z
    .union([
      z.strictObject({ tokens: count() }),
      z.strictObject({ events: count() }),
      z.strictObject({ bytes: count() }),
      z.strictObject({ share: share().refine((part) => part <= 1, "a share of the reply is at most 100%") }),
      z.strictObject({ event: z.string(), nth: count().prefault(1) }),
      z.enum(["tool_arguments", "before_finish", "before_usage", "before_done"]),
    ])
    .meta({
      title: "position",
      description:
        "Where in the stream: { tokens: 20 }, { events: 3 }, { bytes: 512 }, { share: 40% } (stub and replay), { event: name, nth: 2 }, tool_arguments, before_finish, before_usage or before_done",
    });
export type Position = z.output<ReturnType<typeof position>>;
