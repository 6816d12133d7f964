import { EventEmitter } from "node:events";
import stringWidth from "string-width";
import type { Screen } from "../../src/cli/live/region.ts";

const ESCAPE = String.fromCharCode(27);
const TOKEN = new RegExp(`${ESCAPE}\\[[?0-9;]*[A-Za-z]|.`, "gsu");
const COMMAND = new RegExp(`^${ESCAPE}\\[([?0-9;]*)([A-Za-z])$`);

/** A terminal that knows as much as the live lines need: wrapping, carriage return, cursor up, clear below. */
export class FakeTerminal extends EventEmitter implements Screen {
  columns: number;
  rows: number;
  updates = 0;
  #lines: string[] = [""];
  #row = 0;
  #column = 0;

  constructor(columns = 40, rows = 24) {
    super();
    this.columns = columns;
    this.rows = rows;
  }

  write(text: string): void {
    this.updates++;
    for (const token of text.match(TOKEN) ?? []) this.#take(token);
  }

  /** As a terminal does that became narrower: what stands there is broken anew. */
  narrow(columns: number): void {
    const broken = this.#lines.flatMap((line) => line.match(new RegExp(`.{1,${columns}}`, "gu")) ?? [""]);
    this.#row += broken.length - this.#lines.length;
    this.#lines = broken;
    this.columns = columns;
    this.emit("resize");
  }

  screen(): string[] {
    return this.#lines.map((line) => line.trimEnd());
  }

  #take(token: string): void {
    const [, count, what] = COMMAND.exec(token) ?? [];
    if (what === "A") this.#row = Math.max(0, this.#row - Number(count || 1));
    else if (what === "J") {
      this.#lines = this.#lines.slice(0, this.#row + 1);
      this.#lines[this.#row] = (this.#lines[this.#row] ?? "").slice(0, this.#column);
    } else if (what !== undefined) return;
    else if (token === "\r") this.#column = 0;
    else if (token === "\n") this.#newLine();
    else this.#put(token);
  }

  #newLine(): void {
    this.#row++;
    this.#column = 0;
    this.#lines[this.#row] ??= "";
  }

  #put(letter: string): void {
    if (this.#column + stringWidth(letter) > this.columns) this.#newLine();
    const line = (this.#lines[this.#row] ?? "").padEnd(this.#column);
    this.#lines[this.#row] = line.slice(0, this.#column) + letter + line.slice(this.#column + 1);
    this.#column++;
  }
}
