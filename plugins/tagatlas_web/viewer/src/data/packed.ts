/** Reads what the renderer packed: numbers, deflated files, and places on the map. */

import type { Packed, PackedPlaces, Runs } from "./files";

// New browsers read base64 themselves; the types do not know it yet.
const { fromBase64 } = Uint8Array as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> };

/** The bytes of packed numbers. */
export function unpack(packed: Packed): ArrayBuffer {
  if (fromBase64) return fromBase64.call(Uint8Array, packed).buffer;
  const text = atob(packed);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes.buffer;
}

/** The content of a deflated file. */
export async function inflated(deflated: Packed): Promise<unknown> {
  const stream = new Blob([unpack(deflated)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

/** Whole numbers of which the lowest bytes come first, then the next ones. */
export function unplaned(bytes: Uint8Array): Uint32Array {
  const count = bytes.length / 4;
  const numbers = new Uint32Array(count);
  for (let at = 0; at < count; at++) {
    numbers[at] = bytes[at]! | (bytes[count + at]! << 8) | (bytes[2 * count + at]! << 16) | (bytes[3 * count + at]! << 24);
  }
  return numbers;
}

/** Numbers of which many in a row are the same, written into others. */
export function fillRuns(numbers: Int32Array | Uint16Array, { values, lengths }: Runs): void {
  const [each, times] = [new Int32Array(unpack(values)), new Uint32Array(unpack(lengths))];
  let first = 0;
  each.forEach((value, run) => {
    numbers.fill(value, first, (first += times[run]!));
  });
}

/** x, y, width and height of each image, one after the other. */
export function placesOf({ quantum, planes }: PackedPlaces): Float32Array {
  const bytes = new Uint8Array(unpack(planes));
  const count = bytes.length / 16;
  const places = new Float32Array(4 * count);
  for (let part = 0; part < 4; part++) {
    const numbers = unplaned(bytes.subarray(4 * part * count, 4 * (part + 1) * count));
    let sum = 0;
    for (let row = 0; row < count; row++) {
      const steps = numbers[row]!;
      if (part < 2) sum += (steps >>> 1) ^ -(steps & 1);
      places[4 * row + part] = quantum * (part < 2 ? sum : steps);
    }
  }
  return places;
}
