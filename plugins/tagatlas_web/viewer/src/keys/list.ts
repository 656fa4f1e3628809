/** The keys that mean something, for the page's help and for those who do not see it. */

export interface Key {
  keys: string;
  /** What they do. */
  means: string;
}

export interface Group {
  title: string;
  keys: readonly Key[];
}

/** What the page can do: other keys mean nothing there. */
export interface Means {
  maps: number;
  isLive: boolean;
  /** What the map's nodes are that are no images. */
  nodes: string;
}

/** The keys of a page, in groups. */
export function keysOf({ maps, isLive, nodes }: Means): Group[] {
  const several: Key[] = [
    { keys: "M", means: "show the next map" },
    { keys: "B", means: "show two maps side by side" },
    { keys: "G", means: "move and zoom both together" },
  ];
  const map: Group = {
    title: "Map",
    keys: [
      { keys: "← → ↑ ↓", means: "move; with Shift four times as far" },
      { keys: "+ −", means: "zoom in and out" },
      { keys: "0", means: "show the whole map" },
      { keys: "Enter", means: "open the image in the middle" },
      { keys: "T", means: `show ${nodes}` },
      { keys: "P", means: "show the gallery, or the map again" },
      ...(maps > 1 ? several : []),
    ],
  };
  const choice: Group = {
    title: "Selection",
    keys: [
      { keys: "L", means: "draw around images with the lasso" },
      { keys: "V", means: "select the images in view" },
      { keys: "Ctrl+Z, Ctrl+Shift+Z", means: isLive ? "undo, redo: what was drawn, then the selection" : "undo, redo" },
      { keys: "Escape", means: "take back: the tool, the open image, the selection" },
    ],
  };
  const pictures: Group = {
    title: "Gallery, large picture",
    keys: [
      { keys: "← → ↑ ↓", means: "go to the next image; move an enlarged one" },
      { keys: "Space", means: "in the gallery: show the image large" },
      { keys: "Enter", means: "in the gallery: open the image" },
      { keys: "+ −, 0", means: "large: enlarge, reduce, show the whole image" },
    ],
  };
  const drawing: Group = {
    title: "Annotations",
    keys: [
      { keys: "O", means: "draw an outline" },
      { keys: "A", means: "draw an arrow" },
      { keys: "W", means: "write a text" },
      { keys: "N", means: "attach a note" },
      { keys: "Enter", means: "with a tool taken up: draw in the middle; on an annotation: write on it" },
      { keys: "← → ↑ ↓", means: "move the chosen annotation or point" },
      { keys: "+ −", means: "make the chosen annotation larger or smaller" },
      { keys: "Delete", means: "delete the chosen annotation or point" },
      { keys: "Page Up, Page Down", means: "go to the previous or next point of an outline" },
      { keys: "Insert", means: "add a point after the chosen one" },
      { keys: "Ctrl+Enter", means: "end writing" },
    ],
  };
  const help: Group = { title: "Help", keys: [{ keys: "?", means: "show these keys" }] };
  return [map, choice, pictures, ...(isLive ? [drawing] : []), help];
}
