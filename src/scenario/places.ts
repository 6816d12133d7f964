export type Path = readonly PropertyKey[];

interface Place {
  /** Offset of the key; undefined for an entry of a list. */
  key: number | undefined;
  value: number;
}

/** Where each key and value of a file stands, as offsets into its text. */
export class Places {
  readonly #places = new Map<string, Place>();

  set(path: Path, place: Place): void {
    this.#places.set(nameOf(path), place);
  }

  /** Gives a value a second path: what the loader moved is still reported where the user wrote it. */
  alias(path: Path, original: Path): void {
    for (const [name, place] of [...this.#places]) {
      const from = nameOf(original);
      if (name === from || name.startsWith(`${from}\u0000`)) {
        this.#places.set(nameOf(path) + name.slice(from.length), place);
      }
    }
  }

  /** Takes over the place of a value and of all in it, from a file whose text stands `shift` characters further on. */
  adopt(path: Path, other: Places, shift: number): void {
    const name = nameOf(path);
    for (const [found, { key, value }] of other.#places) {
      if (found !== name && !found.startsWith(`${name}\u0000`)) continue;
      this.#places.set(found, { key: key === undefined ? undefined : key + shift, value: value + shift });
    }
  }

  /** The value's offset, or that of the nearest thing around it. */
  valueAt(path: Path): number {
    return this.#nearest(path).value;
  }

  /** The key's offset where there is a key, else the value's. */
  keyAt(path: Path): number {
    const place = this.#nearest(path);
    return place.key ?? place.value;
  }

  #nearest(path: Path): Place {
    for (let length = path.length; length >= 0; length--) {
      const place = this.#places.get(nameOf(path.slice(0, length)));
      if (place) return place;
    }
    return { key: undefined, value: 0 };
  }
}

function nameOf(path: Path): string {
  return path.map(String).join("\u0000");
}
