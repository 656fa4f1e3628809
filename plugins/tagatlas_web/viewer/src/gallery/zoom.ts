/** A picture in a frame, zoomed and moved by wheel, fingers and keys. */

/** A picture may be enlarged so much, and until it fills the frame. */
const LARGEST = 8;
const WHEEL_ZOOM = 0.0016;
const DOUBLE = 2.5;
const SWIPE = 60;

/** Where a finger or the mouse is, from the middle of the frame. */
interface Point {
  x: number;
  y: number;
}

export class Zoom {
  private picture: HTMLElement | null = null;
  private scale = 1;
  private x = 0;
  private y = 0;
  private readonly fingers = new Map<number, Point>();
  private start: Point | null = null;

  /** @param swiped a finger went to the left (1) or right (-1) over a picture that is not enlarged. */
  constructor(
    private readonly frame: HTMLElement,
    private readonly swiped: (step: 1 | -1) => void,
  ) {
    frame.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    frame.addEventListener("dblclick", (event) => this.at(this.isEnlarged ? 1 / this.scale : DOUBLE, this.point(event)));
    frame.addEventListener("pointerdown", (event) => this.down(event));
    frame.addEventListener("pointermove", (event) => this.move(event));
    frame.addEventListener("pointerup", (event) => this.up(event));
    frame.addEventListener("pointercancel", (event) => this.fingers.delete(event.pointerId));
  }

  get isEnlarged(): boolean {
    return this.scale > 1;
  }

  /** Begin with another picture, at the size that fits. */
  show(picture: HTMLElement): void {
    this.picture = picture;
    this.fit();
  }

  fit(): void {
    [this.scale, this.x, this.y] = [1, 0, 0];
    this.place();
  }

  /** Make it larger or smaller around the middle. */
  by(factor: number): void {
    this.at(factor, { x: 0, y: 0 });
  }

  pan(x: number, y: number): void {
    this.x += x;
    this.y += y;
    this.place();
  }

  private at(factor: number, { x, y }: Point): void {
    const scale = Math.min(Math.max(this.scale * factor, 1), this.largest());
    const grown = scale / this.scale;
    this.scale = scale;
    this.x = x - (x - this.x) * grown;
    this.y = y - (y - this.y) * grown;
    this.place();
  }

  private largest(): number {
    const { picture, frame } = this;
    if (!picture?.offsetWidth) return LARGEST;
    const filling = Math.min(frame.clientWidth / picture.offsetWidth, frame.clientHeight / picture.offsetHeight);
    return Math.max(LARGEST, filling);
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    this.at(Math.exp(-event.deltaY * WHEEL_ZOOM), this.point(event));
  }

  private down(event: PointerEvent): void {
    this.frame.setPointerCapture(event.pointerId);
    const point = this.point(event);
    this.fingers.set(event.pointerId, point);
    this.start = this.fingers.size === 1 ? point : null;
  }

  private move(event: PointerEvent): void {
    const before = this.fingers.get(event.pointerId);
    if (!before) return;
    const now = this.point(event);
    const other = [...this.fingers].find(([id]) => id !== event.pointerId)?.[1];
    this.fingers.set(event.pointerId, now);
    if (other) {
      const apart = (point: Point) => Math.hypot(point.x - other.x, point.y - other.y);
      this.at(apart(now) / Math.max(apart(before), 1), { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
    } else if (this.isEnlarged) {
      this.pan(now.x - before.x, now.y - before.y);
    }
  }

  private up(event: PointerEvent): void {
    this.fingers.delete(event.pointerId);
    const { start } = this;
    this.start = null;
    if (!start || this.isEnlarged || event.pointerType === "mouse") return;
    const { x, y } = this.point(event);
    const across = x - start.x;
    if (Math.abs(across) > SWIPE && Math.abs(across) > Math.abs(y - start.y)) this.swiped(across < 0 ? 1 : -1);
  }

  private point(event: MouseEvent): Point {
    const { left, top, width, height } = this.frame.getBoundingClientRect();
    return { x: event.clientX - left - width / 2, y: event.clientY - top - height / 2 };
  }

  /** Draw it there, with its middle never out of the frame. */
  private place(): void {
    const { frame, picture } = this;
    if (!picture) return;
    const [acrossMost, upMost] = [(frame.clientWidth * (this.scale - 1)) / 2, (frame.clientHeight * (this.scale - 1)) / 2];
    this.x = Math.min(Math.max(this.x, -acrossMost), acrossMost);
    this.y = Math.min(Math.max(this.y, -upMost), upMost);
    picture.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
    frame.classList.toggle("enlarged", this.isEnlarged);
  }
}
