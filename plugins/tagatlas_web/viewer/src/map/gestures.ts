/** Moves of the pointer, the wheel, fingers and keys, as moves of the camera. */

import type { Camera } from "./camera";

const CLICK_REACH = 5;
const LINE_STEP = 2;
const KEY_STEP = 80;
const KEY_ZOOM = 1.4;
const WHEEL_ZOOM = 0.0016;

export interface Gestures {
  /** The camera moved. */
  moved(how: "pointer" | "keys"): void;
  /** The pointer is over a point of the screen, or has left. */
  hovered(point: [number, number] | null): void;
  clicked(point: [number, number]): void;
  /** Whether dragging draws instead of moving. */
  draws(): boolean;
  /** Points of a line as it is drawn, one x and y after the other. */
  drawn(line: number[], finished: boolean): void;
  /** The line that was begun is given up. */
  dropped(): void;
  /** A key that moves nothing. */
  key(event: KeyboardEvent): void;
}

interface Finger {
  x: number;
  y: number;
}

export function listen(canvas: HTMLCanvasElement, camera: Camera, gestures: Gestures): void {
  const fingers = new Map<number, Finger>();
  let start: Finger | null = null;
  let line: number[] | null = null;

  const point = (event: MouseEvent): Finger => {
    const { left, top } = canvas.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    const place = point(event);
    fingers.set(event.pointerId, place);
    start = fingers.size === 1 ? place : null;
    if (line) gestures.dropped(); // with a second finger it is a pinch
    line = start && gestures.draws() ? [place.x, place.y] : null;
  });

  canvas.addEventListener("pointermove", (event) => {
    const place = point(event);
    const before = fingers.get(event.pointerId);
    if (!before) {
      gestures.hovered([place.x, place.y]);
      return;
    }
    if (line && fingers.size === 1) {
      if (Math.hypot(place.x - line.at(-2)!, place.y - line.at(-1)!) < LINE_STEP) return;
      line.push(place.x, place.y);
      gestures.drawn(line, false);
    } else if (fingers.size === 1) {
      camera.pan(place.x - before.x, place.y - before.y);
      gestures.moved("pointer");
    } else {
      pinch(event.pointerId, before, place);
    }
    fingers.set(event.pointerId, place);
    if (start && far(start, place)) start = null;
  });

  function pinch(moving: number, before: Finger, now: Finger): void {
    const other = [...fingers].find(([id]) => id !== moving)?.[1];
    if (!other) return;
    const distance = (finger: Finger) => Math.hypot(finger.x - other.x, finger.y - other.y);
    camera.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
    const factor = distance(now) / Math.max(distance(before), 1);
    camera.zoomAt(factor, (now.x + other.x) / 2, (now.y + other.y) / 2);
    gestures.moved("pointer");
  }

  const release = (event: PointerEvent) => {
    const place = fingers.get(event.pointerId);
    if (!place) return;
    fingers.delete(event.pointerId);
    if (line && event.type === "pointerup") gestures.drawn(line, true);
    else if (line) gestures.dropped();
    else if (start && event.type === "pointerup") {
      gestures.clicked([place.x, place.y]);
    }
    start = line = null;
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("pointerleave", () => gestures.hovered(null));

  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const place = point(event);
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 30 : 1;
      camera.zoomAt(Math.exp(-event.deltaY * lines * WHEEL_ZOOM), place.x, place.y);
      gestures.moved("pointer");
    },
    { passive: false },
  );

  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.shiftKey ? 4 * KEY_STEP : KEY_STEP;
    const pans: Record<string, [number, number]> = {
      ArrowLeft: [step, 0],
      ArrowRight: [-step, 0],
      ArrowUp: [0, step],
      ArrowDown: [0, -step],
    };
    const pan = pans[event.key];
    if (pan) camera.pan(...pan);
    else if (event.key === "+" || event.key === "=") zoomInTheMiddle(KEY_ZOOM);
    else if (event.key === "-") zoomInTheMiddle(1 / KEY_ZOOM);
    else if (event.key === "0") camera.fit();
    else {
      gestures.key(event);
      return;
    }
    event.preventDefault();
    gestures.moved("keys");
  });

  function zoomInTheMiddle(factor: number): void {
    camera.zoomAt(factor, camera.width / 2, camera.height / 2);
  }
}

function far(start: Finger, place: Finger): boolean {
  return Math.hypot(place.x - start.x, place.y - start.y) > CLICK_REACH;
}
