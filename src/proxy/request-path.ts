const ABSOLUTE_FORM = /^[a-z][a-z0-9+.-]*:[/\\]{2}[^/\\?#]*/i;
const LEADING_SLASHES = /^[/\\]+/;
const VERSION = /^v\d+[a-z0-9]*$/i;

/**
 * The path for the upstream: the base's path, then the request's, untouched otherwise (no decoding, no dot segments resolved).
 * When both carry a version segment such as `/v1`, the request's is dropped. The host of an absolute-form request is
 * dropped, and slashes and backslashes at the start become one slash, so the result can never be read as a network path.
 */
export function joinPath(base: URL, requestPath: string): string {
  const path = originForm(requestPath);
  if (path === "*") return path;
  const basePath = base.pathname.replace(/\/+$/, "");
  return withQuery(basePath + withoutSharedVersion(basePath, path), base.search);
}

function originForm(requestPath: string): string {
  if (requestPath === "*") return requestPath;
  return `/${requestPath.replace(ABSOLUTE_FORM, "").replace(LEADING_SLASHES, "")}`;
}

function withoutSharedVersion(basePath: string, path: string): string {
  if (!basePath.split("/").some((segment) => VERSION.test(segment))) return path;
  // A client whose base URL copied the upstream's path as a whole (`/openai/v1`) means that same path.
  if (hasPrefix(path, basePath)) return path.slice(basePath.length);
  const first = /^\/([^/?]*)/.exec(path)?.[1] ?? "";
  return VERSION.test(first) ? path.slice(first.length + 1) : path;
}

function hasPrefix(path: string, prefix: string): boolean {
  return path.startsWith(prefix) && /^[/?]?$/.test(path.charAt(prefix.length));
}

function withQuery(path: string, baseSearch: string): string {
  const whole = path === "" || path.startsWith("?") ? `/${path}` : path;
  if (baseSearch.length < 2) return whole;
  return `${whole}${whole.includes("?") ? "&" : "?"}${baseSearch.slice(1)}`;
}
