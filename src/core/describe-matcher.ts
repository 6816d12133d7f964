import type { Matcher } from "./app.ts";

/** A matcher in words, in the order in which the app file documents its parts. */
export function describeMatcher({ status, header, json, event, text }: Matcher): string {
  const headers = Object.entries(header ?? {}).map(([name, pattern]) => `header ${name}: ${pattern}`);
  const equals = json?.equals === undefined ? "is there" : `is ${JSON.stringify(json.equals)}`;
  return [
    ...(status === undefined ? [] : [`status ${status.join(" or ")}`]),
    ...headers,
    ...(json === undefined ? [] : [`${json.path} ${equals}`]),
    ...(event === undefined ? [] : [`event ${event}`]),
    ...(text === undefined ? [] : [`text ${text}`]),
  ].join(" and ");
}
