"use strict";
(function () {
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const config = { displayModeBar: false, responsive: true, showTips: false };

  function draw(element, name) {
    const figure = figures[name];
    if (!figure) return;
    // Plotly writes into what it is given, and a flow may be drawn twice.
    const copy = JSON.parse(JSON.stringify(figure));
    Plotly.react(element, copy.data, copy.layout, config);
  }

  document.querySelectorAll(".plot[data-figure]").forEach((element) => {
    draw(element, element.dataset.figure);
  });

  document.querySelectorAll("select[data-target]").forEach((select) => {
    select.addEventListener("change", () => {
      draw(document.getElementById(select.dataset.target), select.value);
    });
  });

  // The legend's buttons hide a strategy in every figure that has a trace of it.
  document.querySelectorAll("button[data-strategy]").forEach((button) => {
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(on));
      document.querySelectorAll(".plot[data-figure]").forEach((element) => {
        const traces = (element.data || [])
          .map((trace, i) => (trace.meta === button.dataset.strategy ? i : -1))
          .filter((i) => i >= 0);
        if (traces.length) Plotly.restyle(element, { visible: on }, traces);
      });
    });
  });

  const search = document.getElementById("assumption-search");
  const boxes = document.querySelectorAll("input[data-status]");
  function filter() {
    const text = search.value.trim().toLowerCase();
    const statuses = new Set(
      Array.from(boxes).filter((box) => box.checked).map((box) => box.dataset.status)
    );
    let shown = 0;
    document.querySelectorAll("#assumptions tbody tr").forEach((row) => {
      const match = statuses.has(row.dataset.status) &&
        row.textContent.toLowerCase().includes(text);
      row.hidden = !match;
      shown += match ? 1 : 0;
    });
    document.getElementById("assumption-count").textContent = shown + " shown";
  }
  if (search) {
    search.addEventListener("input", filter);
    boxes.forEach((box) => box.addEventListener("change", filter));
  }

  // A link into a closed part opens it.
  function reveal() {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    const part = target && target.closest("details");
    if (part) { part.open = true; target.scrollIntoView(); }
  }
  window.addEventListener("hashchange", reveal);
  reveal();

  // Paper has nothing to click on and another width than the screen.
  window.addEventListener("beforeprint", () => {
    document.querySelectorAll("details.print").forEach((part) => { part.open = true; });
    document.querySelectorAll(".plot.js-plotly-plot").forEach((element) => {
      Plotly.Plots.resize(element);
    });
  });
})();
