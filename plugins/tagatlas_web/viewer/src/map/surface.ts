/** The canvas that images are drawn on, and how they look there: all that is drawn again where the graphics card forgot it. */

import type { Chart } from "../data/chart";
import type { AtlasFile } from "../data/files";
import { element } from "../elements";
import { drawnIn, type Drawing } from "../scene/drawing";
import type { Camera } from "./camera";
import { look } from "./look";
import { fitCanvas } from "./room";

/** So long a picture waits for sharper pages: ten seconds. */
const MOST_FRAMES = 600;

export class Surface {
  readonly canvas = element("canvas", { class: "map", tabindex: "0", role: "application", "aria-describedby": "keys" });
  private readonly density = window.devicePixelRatio || 1;
  private scene: Drawing | null = null;
  private faded = false;
  private states: Float32Array | null = null;
  private inks: Float32Array | null = null;

  /** @param changed called when something new is to be drawn. */
  constructor(
    private readonly atlas: AtlasFile,
    private readonly changed: () => void,
  ) {
    this.canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
  }

  /** Begin to draw, in a canvas that has its size: with another it would begin again. */
  begin(chart: Chart): void {
    this.scene = drawnIn(this.canvas, this.atlas, chart, look(), this.changed);
    this.scene.fade(this.faded);
    if (this.states) this.scene.shade(this.states);
    this.scene.tint(this.inks);
  }

  /** What draws now. */
  get drawing(): Drawing {
    return this.scene!;
  }

  /** Whether images have colours of their own. */
  get isTinted(): boolean {
    return this.inks !== null;
  }

  /** Take so much room, in pixels of the page. */
  fit(width: number, height: number): void {
    fitCanvas(this.canvas, width, height, this.density);
  }

  draw(camera: Camera): void {
    this.drawing.draw(camera, this.density);
  }

  /** Colour images, as `Scene.tint` does. */
  tint(inks: Float32Array | null): void {
    this.inks = inks;
    this.drawing.tint(inks);
  }

  /** How each image is shown: a `Shade`. */
  shade(states: Float32Array): void {
    this.states = states;
    this.drawing.shade(states);
  }

  /** Let outlines of clusters step back behind what is drawn by hand, or not. */
  fade(faded: boolean): void {
    this.faded = faded;
    this.drawing.fade(faded);
  }

  /** Take the colours that the page has now. */
  restyle(): void {
    this.drawing.look = look();
    this.drawing.recolour();
  }

  /** When the pictures are there that a drawing so many times as fine as the screen's shows. */
  async prepared(camera: Camera, density: number): Promise<void> {
    for (let frame = 0; frame < MOST_FRAMES && !this.drawing.prepare(camera, density); frame++) {
      await new Promise(requestAnimationFrame);
    }
  }

  /** Draw what is seen into a part of a picture that has so many pixels for one of the screen. */
  drawOn(picture: CanvasRenderingContext2D, camera: Camera, density: number, { x, y }: { x: number; y: number }): void {
    const { canvas } = this;
    const before = [canvas.width, canvas.height] as const;
    const [wide, high] = [Math.round(camera.width * density), Math.round(camera.height * density)];
    [canvas.width, canvas.height] = [Math.max(wide, before[0]), Math.max(high, before[1])];
    this.drawing.draw(camera, density, true);
    picture.drawImage(canvas, 0, 0, wide, high, Math.round(x * density), Math.round(y * density), wide, high);
    [canvas.width, canvas.height] = before;
  }
}
