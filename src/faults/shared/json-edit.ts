/** One value inside a JSON text. */
export interface Place {
  key: string;
  depth: number;
  value: unknown;
}

/** Parsed, or undefined where it is no JSON object or list. */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Every named value, the outer before the inner ones. Members of a list count as one level and have no key of their own. */
export function placesIn(root: unknown): Place[] {
  const found: Place[] = [];
  const visit = (value: unknown, depth: number) => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (!Array.isArray(value)) found.push({ key, depth, value: inner });
      visit(inner, depth + 1);
    }
  };
  visit(root, 0);
  return found.sort((a, b) => a.depth - b.depth);
}

/** A copy in which `replace` has put other values; it gives back what it does not touch. */
export function withValues(root: unknown, replace: (place: Place) => unknown, depth = 0): unknown {
  if (typeof root !== "object" || root === null) return root;
  if (Array.isArray(root)) return root.map((inner) => withValues(inner, replace, depth + 1));
  return Object.fromEntries(
    Object.entries(root).map(([key, value]) => {
      const put = replace({ key, depth, value });
      return [key, put === value ? withValues(value, replace, depth + 1) : put];
    }),
  );
}
