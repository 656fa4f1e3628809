/** The small map in the corner: where one is on the large one. */

import type { Bounds, Camera } from "./camera";
import type { Model } from "./model";

const SIDE = 180;

export class Overview {
  private readonly dots: HTMLCanvasElement;
  private readonly scale: number;
  private readonly width: number;
  private readonly height: number;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly model: Model,
    private readonly bounds: Bounds,
    jump: (x: number, y: number) => void,
  ) {
    const [left, bottom, right, top] = bounds;
    this.scale = SIDE / Math.max(right - left, top - bottom, 1e-6);
    this.width = Math.ceil((right - left) * this.scale) + 2;
    this.height = Math.ceil((top - bottom) * this.scale) + 2;
    const density = window.devicePixelRatio || 1;
    this.dots = document.createElement("canvas");
    for (const each of [canvas, this.dots]) {
      each.width = this.width * density;
      each.height = this.height * density;
      each.getContext("2d")!.scale(density, density);
    }
    canvas.style.width = `${this.width}px`;
    canvas.style.height = `${this.height}px`;
    this.paint();
    canvas.addEventListener("pointerdown", (event) => {
      jump(event.offsetX / this.scale + left, top - event.offsetY / this.scale);
    });
  }

  draw(camera: Camera): void {
    const context = this.canvas.getContext("2d")!;
    context.clearRect(0, 0, this.width, this.height);
    context.drawImage(this.dots, 0, 0, this.width, this.height);
    const [left, bottom, right, top] = camera.visible();
    const [x, y] = this.toCorner(left, top);
    context.strokeStyle = getComputedStyle(this.canvas).color;
    context.lineWidth = 1.5;
    context.strokeRect(x, y, (right - left) * this.scale, (top - bottom) * this.scale);
  }

  private paint(): void {
    const context = this.dots.getContext("2d")!;
    const { boxes, cluster, map } = this.model;
    for (let row = 0; row < map.images; row++) {
      const [x, y] = this.toCorner(boxes[4 * row]!, boxes[4 * row + 1]!);
      context.fillStyle = map.clusters[cluster[row]!]?.colour ?? "#888888";
      context.fillRect(x, y, 1.2, 1.2);
    }
  }

  private toCorner(x: number, y: number): [number, number] {
    const [left, , , top] = this.bounds;
    return [(x - left) * this.scale, (top - y) * this.scale];
  }
}
