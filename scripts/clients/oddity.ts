/** What was returned in the place of an answer, in words; undefined when it has the field that every answer has. */
export function oddityOf(answer: unknown, field: string): string | undefined {
  if (typeof answer === "string") return "the body as a string";
  if (typeof answer !== "object" || answer === null) return `\`${answer}\``;
  return field in answer && answer[field as keyof typeof answer] !== undefined
    ? undefined
    : `an object without \`${field}\``;
}
