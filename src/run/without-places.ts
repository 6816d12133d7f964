import { InvalidFileError, UserError } from "../core/errors.ts";

/** What `read` returns. Its problems without lines and columns: those of a text that nobody wrote would only mislead. */
export function withoutPlaces<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InvalidFileError)) throw error;
    const errors = error.problems.filter(({ severity }) => severity === "error");
    throw new UserError(
      errors.map(({ message, hint }) => (hint === undefined ? message : `${message} (${hint})`)).join("; "),
    );
  }
}
