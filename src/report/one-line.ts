/** On one line, and without what a terminal would obey. */
export function onOneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll(/\p{Cc}/gu, "");
}
