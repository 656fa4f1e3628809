/**
 * Shows the viewer in a frame of its own, brings it the files it asks Python for, and what is
 * chosen from one to the other.
 */

function bytesOf(buffer) {
  const view = ArrayBuffer.isView(buffer)
    ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : new Uint8Array(buffer);
  return view.slice().buffer;
}

function render({ model, el }) {
  // Several views of one widget hear the same answers: each takes its own.
  const view = Math.random().toString(36).slice(2);
  const news = document.createElement("p");
  news.textContent = "Preparing the map…";
  const frame = document.createElement("iframe");
  frame.title = "Map";
  // Scripts run, but as those of a stranger: they reach nothing of the notebook.
  frame.setAttribute("sandbox", "allow-scripts allow-downloads allow-popups allow-popups-to-escape-sandbox");
  frame.style.cssText = "display: block; width: 100%; border: 0;";
  let port = null;
  let known = "[]";

  const resize = () => (frame.style.height = `${model.get("height")}px`);
  const choose = () => {
    const chosen = model.get("selection");
    if (!port || JSON.stringify(chosen) === known) return;
    known = JSON.stringify(chosen);
    port.postMessage({ chosen });
  };
  const hear = ({ data }) => {
    if (data.ready) choose();
    else if (data.chosen) {
      known = JSON.stringify(data.chosen);
      model.set("selection", data.chosen);
      model.save_changes();
    } else model.send({ view, id: data.id, path: data.path });
  };
  frame.addEventListener("load", () => {
    const channel = new MessageChannel();
    port = channel.port1;
    port.onmessage = hear;
    known = "[]";
    frame.contentWindow.postMessage("tagatlas", "*", [channel.port2]);
  });

  const answered = (content, buffers) => {
    if (content?.view !== view) return;
    if (content.id !== "page") {
      const bytes = content.trouble === undefined && bytesOf(buffers[0]);
      if (bytes) port?.postMessage({ id: content.id, bytes }, [bytes]);
      else port?.postMessage({ id: content.id, trouble: content.trouble });
    } else if (content.trouble === undefined) {
      frame.srcdoc = new TextDecoder().decode(bytesOf(buffers[0]));
      news.replaceWith(frame);
    } else news.textContent = content.trouble;
  };

  resize();
  model.on("msg:custom", answered);
  model.on("change:selection", choose);
  model.on("change:height", resize);
  el.append(news);
  model.send({ view, id: "page", path: "page" });
  return () => {
    model.off("msg:custom", answered);
    model.off("change:selection", choose);
    model.off("change:height", resize);
  };
}

export default { render };
