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
    if (copy.data[0].type === "sankey" && !element.placed) {
      element.placed = "at each drawing";
      element.on("plotly_afterplot", () => clearFlows(element));
    } else if (copy.data.some((trace) => /text/.test(trace.mode || "")) && !element.placed) {
      element.placed = "none yet";
      element.on("plotly_afterplot", () => placeLabels(element, figure.data));
      placeLabels(element, figure.data);
    }
  }

  // Labels of near marks would lie on each other: each takes the first place that is free of other
  // labels and marks, and rather one that crosses no arm; where none is free, the mark has to do.
  const PLACES = ["top right", "bottom right", "top left", "bottom left",
    "middle right", "middle left", "top center", "bottom center"];
  const LINE = 17, OFF = 8, MARK = 7;

  function placeLabels(element, traces) {
    const full = element._fullLayout;
    const pen = document.createElement("canvas").getContext("2d");
    const x = (value) => full.xaxis._offset + full.xaxis.d2p(value);
    const y = (value) => full.yaxis._offset + full.yaxis.d2p(value);
    const shown = traces.map((_, i) => i).filter((i) => element.data[i].visible !== false);
    const marks = shown.map((i) => around(x(traces[i].x[0]), y(traces[i].y[0]), MARK));
    const arms = shown.flatMap((i) => armsOf(traces[i], x, y));
    const labelled = shown.filter((i) => /text/.test(traces[i].mode || ""));
    const taken = [];
    const places = labelled.map((i) => {
      pen.font = `${traces[i].textfont.size}px ${full.font.family}`;
      const text = traces[i].text[0].replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
      const width = pen.measureText(text).width + 2;
      const boxes = PLACES.map((place) => (
        { place, ...labelBox(place, x(traces[i].x[0]), y(traces[i].y[0]), width) }));
      const free = boxes.filter((box) => box.left >= full.xaxis._offset && box.right <= full.width && box.top >= 0 &&
        ![...taken, ...marks].some((other) => meet(box, other)));
      const crossed = (box) => arms.filter((arm) => meet(box, arm)).length;
      free.sort((a, b) => crossed(a) - crossed(b));
      if (free.length) taken.push(free[0]);
      return free.length ? free[0].place : "";
    });
    const answer = labelled.join() + places.join();
    if (!labelled.length || answer === element.placed) return;
    element.placed = answer;
    Plotly.restyle(element, {
      mode: places.map((place) => (place ? "markers+text" : "markers")),
      textposition: places.map((place) => place || "top right"),
    }, labelled);
  }

  // Where columns stand close, the label of a wider flow hides those it lies on.
  function clearFlows(element) {
    const wide = (node) => node.querySelector(".node-rect").getBoundingClientRect().height;
    const nodes = Array.from(element.querySelectorAll(".sankey-node"));
    const taken = [];
    nodes.sort((a, b) => wide(b) - wide(a)).forEach((node) => {
      const label = node.querySelector(".node-label");
      label.style.display = "";
      const box = label.getBoundingClientRect();
      const hidden = taken.some((other) => meet(box, other));
      label.style.display = hidden ? "none" : "";
      if (!hidden && label.textContent) taken.push(box);
    });
  }

  function around(x, y, by) {
    return { left: x - by, right: x + by, top: y - by, bottom: y + by };
  }

  function armsOf(trace, x, y) {
    const across = trace.x[0], up = trace.y[0], arms = [];
    const [ex, ey] = [trace.error_x || {}, trace.error_y || {}];
    if (ex.array) arms.push({ left: x(across - ex.arrayminus[0]), right: x(across + ex.array[0]),
      top: y(up) - 1, bottom: y(up) + 1 });
    if (ey.array) arms.push({ left: x(across) - 1, right: x(across) + 1,
      top: y(up + ey.array[0]), bottom: y(up - ey.arrayminus[0]) });
    return arms;
  }

  function labelBox(place, x, y, width) {
    const [row, side] = place.split(" ");
    const left = { right: x + OFF, left: x - OFF - width, center: x - width / 2 }[side];
    const top = { top: y - OFF - LINE, middle: y - LINE / 2, bottom: y + OFF }[row];
    return { left, right: left + width, top, bottom: top + LINE };
  }

  function meet(a, b) {
    return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
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
    document.querySelectorAll(".plot .svg-container").forEach((box) => {
      const { offsetWidth: wide, offsetHeight: high } = box;
      box.style.setProperty("--wide", `${wide}px`);
      box.style.setProperty("--ratio", `${wide} / ${high}`);
      box.querySelectorAll(".main-svg").forEach((drawing) => {
        drawing.setAttribute("viewBox", `0 0 ${wide} ${high}`);
      });
    });
  });
  window.addEventListener("afterprint", () => {
    document.querySelectorAll(".plot .main-svg").forEach((drawing) => {
      drawing.removeAttribute("viewBox");
    });
  });
})();
