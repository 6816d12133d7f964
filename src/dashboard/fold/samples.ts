/** A second's worth of measured values, at most this many: beyond it every value after replaces an older one in turn. */
const MOST = 128;

/** Values for percentiles, bounded without chance, so that the same log gives the same picture. */
export class Samples {
  readonly values: number[] = [];
  #seen = 0;

  add(value: number): void {
    if (this.values.length < MOST) this.values.push(value);
    // A stride coprime to the size visits every place before it comes back to one.
    else this.values[(this.#seen * 37) % MOST] = value;
    this.#seen++;
  }
}
