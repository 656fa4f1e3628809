/** The small map in the corner: where one is on the large one. */

import type { Bounds, Camera } from "./camera";
import type { Chart } from "../data/chart";

const SIDE = 180;
const DOT = 1.2;
const DOT_SHARE = 0.7;

export class Overview {
  private readonly dots = document.createElement("canvas");
  private readonly density = window.devicePixelRatio || 1;
  private bounds: Bounds = [0, 0, 1, 1];
  private scale = 1;
  private width = 1;
  private height = 1;
  private ink = "";

  constructor(
    private readonly canvas: HTMLCanvasElement,
    jump: (x: number, y: number) => void,
  ) {
    const go = (event: PointerEvent) => {
      const [left, , , top] = this.bounds;
      jump(event.offsetX / this.scale + left, top - event.offsetY / this.scale);
    };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      go(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (event.buttons) go(event);
    });
  }

  show(chart: Chart): void {
    this.bounds = chart.file.bounds;
    const [left, bottom, right, top] = this.bounds;
    this.scale = SIDE / Math.max(right - left, top - bottom, 1e-6);
    this.width = Math.ceil((right - left) * this.scale) + 2;
    this.height = Math.ceil((top - bottom) * this.scale) + 2;
    for (const each of [this.canvas, this.dots]) {
      each.width = this.width * this.density;
      each.height = this.height * this.density;
    }
    this.canvas.style.width = `${this.width}px`;
    this.canvas.style.height = `${this.height}px`;
    this.paint(chart);
    this.restyle();
  }

  /** Take the colours that the page has now. */
  restyle(): void {
    this.ink = getComputedStyle(this.canvas).color;
  }

  draw(camera: Camera): void {
    const context = this.canvas.getContext("2d")!;
    context.setTransform(this.density, 0, 0, this.density, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    context.drawImage(this.dots, 0, 0, this.width, this.height);
    const [left, bottom, right, top] = camera.visible();
    const [x, y] = this.toCorner(left, top);
    context.strokeStyle = this.ink;
    context.lineWidth = 1.5;
    context.strokeRect(x, y, (right - left) * this.scale, (top - bottom) * this.scale);
  }

  /** A dot for each image, written into the pixels themselves. */
  private paint({ boxes, cluster, clusters, places }: Chart): void {
    const context = this.dots.getContext("2d")!;
    const { width, height } = this.dots;
    const picture = context.createImageData(width, height);
    const pixels = new Uint32Array(picture.data.buffer);
    const inks = clusters.map(({ colour }) => pixelOf(colour));
    const side = Math.max(1, Math.round(Math.max(DOT, DOT_SHARE * places.typicalSide() * this.scale) * this.density));
    for (let row = 0; row < places.count; row++) {
      if (!(boxes[4 * row + 2]! > 0)) continue;
      const corner = this.toCorner(boxes[4 * row]!, boxes[4 * row + 1]!);
      const [x, y] = corner.map((each) => Math.floor(each * this.density)) as [number, number];
      for (let down = 0; down < side && y + down < height; down++) {
        pixels.fill(inks[cluster[row]!] ?? GREY, (y + down) * width + x, (y + down) * width + Math.min(x + side, width));
      }
    }
    context.putImageData(picture, 0, 0);
  }

  private toCorner(x: number, y: number): [number, number] {
    const [left, , , top] = this.bounds;
    return [(x - left) * this.scale, (top - y) * this.scale];
  }
}

const GREY = pixelOf("#888888");

/** A colour `#rrggbb` as a pixel of a picture: opaque, red in the lowest byte. */
function pixelOf(colour: string): number {
  const value = parseInt(colour.slice(1), 16);
  return ((255 << 24) | ((value & 255) << 16) | (value & 0xff00) | (value >> 16)) >>> 0;
}
