/** The small map in the corner: where one is on the large one. */

import type { Bounds, Camera } from "./camera";
import type { Chart } from "../data/chart";

const SIDE = 180;
const DOT = 1.2;
const DOT_SHARE = 0.7;
/** Around the map, so that dots and the frame at its edge are whole. */
const EDGE = 4;
const FRAME = 1.5;

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
      jump((event.offsetX - EDGE) / this.scale + left, top - (event.offsetY - EDGE) / this.scale);
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
    this.width = Math.ceil((right - left) * this.scale) + 2 * EDGE;
    this.height = Math.ceil((top - bottom) * this.scale) + 2 * EDGE;
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
    const [x0, y0] = this.toPixels(left, top);
    const [x1, y1] = this.toPixels(right, bottom);
    const inside = (value: number, most: number) => Math.min(Math.max(value, FRAME / 2), most - FRAME / 2);
    const [x, y] = [inside(x0, this.width), inside(y0, this.height)];
    context.strokeStyle = this.ink;
    context.lineWidth = FRAME;
    context.strokeRect(x, y, inside(x1, this.width) - x, inside(y1, this.height) - y);
  }

  /** A dot for each image, written into the pixels themselves. */
  private paint(chart: Chart): void {
    const { cluster, clusters, places, step } = chart;
    const context = this.dots.getContext("2d")!;
    const { width, height } = this.dots;
    const picture = context.createImageData(width, height);
    const pixels = new Uint32Array(picture.data.buffer);
    const inks = clusters.map(({ colour }) => pixelOf(colour));
    const side = Math.max(1, Math.round(Math.max(DOT, DOT_SHARE * places.typicalSide() * Math.sqrt(step) * this.scale) * this.density));
    for (let row = 0; row < places.count; row += step) {
      if (!chart.has(row)) continue;
      const middle = this.toPixels(...places.centre(row));
      const [x, y] = middle.map((each) => Math.round(each * this.density - side / 2)) as [number, number];
      const [first, last] = [Math.max(x, 0), Math.min(x + side, width)];
      for (let down = Math.max(y, 0); down < Math.min(y + side, height); down++) {
        pixels.fill(inks[cluster[row]!] ?? GREY, down * width + first, down * width + last);
      }
    }
    context.putImageData(picture, 0, 0);
  }

  private toPixels(x: number, y: number): [number, number] {
    const [left, , , top] = this.bounds;
    return [(x - left) * this.scale + EDGE, (top - y) * this.scale + EDGE];
  }
}

const GREY = pixelOf("#888888");

/** A colour `#rrggbb` as a pixel of a picture: opaque, red in the lowest byte. */
function pixelOf(colour: string): number {
  const value = parseInt(colour.slice(1), 16);
  return ((255 << 24) | ((value & 255) << 16) | (value & 0xff00) | (value >> 16)) >>> 0;
}
