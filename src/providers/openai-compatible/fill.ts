/** Puts facts into a provider's words: `{name}` becomes its value; other braces stay. */
export function fill(words: string, facts: Readonly<Record<string, string | number>>): string {
  return words.replace(/\{(\w+)\}/g, (whole, name: string) => String(facts[name] ?? whole));
}
