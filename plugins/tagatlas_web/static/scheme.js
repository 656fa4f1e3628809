// Before anything is painted: light or dark, as it was chosen here, else as the system has it.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("tagatlas-scheme");
  } catch {
    // the browser keeps nothing here
  }
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.scheme = dark ? "dark" : "light";
})();
