/** Where a drawing looks at. */

import type { Camera } from "../map/camera";

/** The middle in map units, pixels for a unit, and the size in pixels. */
export type View = Pick<Camera, "x" | "y" | "scale" | "width" | "height">;
