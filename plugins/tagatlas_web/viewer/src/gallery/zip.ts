/**
 * Files as one ZIP, stored as they are: pictures are compressed already.
 *
 * The format is that of APPNOTE.TXT 6.3.10 (PKWARE), without ZIP64: at most 65,535 files, and less than
 * 4 GiB in all.
 */

export interface ZipEntry {
  /** With `/` between folders; each once. */
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
/** Names are UTF-8. */
const FLAGS = 0x0800;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** CRC-32 of bytes, as ISO 3309 has it. */
export function crc32(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = TABLE[(value ^ byte) & 0xff]! ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

/** @param made when the files were made, in local time. */
export function zip(entries: readonly ZipEntry[], made: Date): Blob {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const directory: Uint8Array<ArrayBuffer>[] = [];
  let at = 0;
  for (const { name, bytes } of entries) {
    const path = new TextEncoder().encode(name);
    const facts = [VERSION, FLAGS, 0, time(made), day(made)];
    const sizes = [crc32(bytes), bytes.length, bytes.length];
    const local = record(LOCAL, facts, sizes, [path.length, 0]);
    const central = record(CENTRAL, [VERSION, ...facts], sizes, [path.length, 0, 0, 0, 0, 0, 0], at);
    parts.push(local, path, bytes);
    directory.push(central, path);
    at += local.length + path.length + bytes.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const count = entries.length;
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, END, true);
  end.setUint16(8, count, true);
  end.setUint16(10, count, true);
  end.setUint32(12, size, true);
  end.setUint32(16, at, true);
  return new Blob([...parts, ...directory, new Uint8Array(end.buffer)], { type: "application/zip" });
}

/** A header: its signature, words of 16 bits, of 32, of 16 again, and the place of a file if it has one. */
function record(
  signature: number, first: readonly number[], sizes: readonly number[], last: readonly number[], place?: number,
): Uint8Array<ArrayBuffer> {
  const longs = sizes.length + 1 + Number(place !== undefined);
  const view = new DataView(new ArrayBuffer(2 * (first.length + last.length) + 4 * longs));
  let at = 0;
  const long = (value: number) => view.setUint32((at += 4) - 4, value, true);
  const short = (value: number) => view.setUint16((at += 2) - 2, value, true);
  long(signature);
  first.forEach(short);
  sizes.forEach(long);
  last.forEach(short);
  if (place !== undefined) long(place);
  return new Uint8Array(view.buffer);
}

function time(when: Date): number {
  return (when.getHours() << 11) | (when.getMinutes() << 5) | (when.getSeconds() >> 1);
}

function day(when: Date): number {
  return ((when.getFullYear() - 1980) << 9) | ((when.getMonth() + 1) << 5) | when.getDate();
}
