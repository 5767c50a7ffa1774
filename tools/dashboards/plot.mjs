// Panels as SVG: a plot of lines, and a figure with the way that it came.
import { format, ticks } from "./units.mjs";

const colors = ["#73bf69", "#f2cc0c", "#8ab8ff", "#ff780a", "#f2495c", "#5794f2", "#b877d9", "#96d98d", "#ffee52", "#c0d8ff", "#ffb357", "#ff7383"];
const named = { green: "#73bf69", red: "#f2495c", blue: "#8ab8ff" };
const axis = { left: 62, right: 10, top: 8, bottom: 20 };

export const escape = (text) => String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

const clock = (time) => new Date(time * 1000).toISOString().slice(11, 19);

/** Lines between the points that are there; a single point is a dot. */
function path(points) {
  let drawn = "";
  let isOpen = false;
  for (const [x, y] of points) {
    if (!Number.isFinite(y)) isOpen = false;
    else {
      drawn += `${isOpen ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
      if (!isOpen) drawn += "h0.1";
      isOpen = true;
    }
  }

  return drawn;
}

/** The band between a line and the one below it; where there is no value, there is no band. */
function band(upper, lower) {
  const there = upper.map(([x, y], index) => [x, Number.isFinite(y) ? y : lower[index][1], lower[index][1]]);
  const way = (index) => there.map((point) => `${point[0].toFixed(1)} ${point[index].toFixed(1)}`);
  return `M${way(1).join("L")}L${way(2).reverse().join("L")}Z`;
}

/** Each series on top of those before it; as they are where nothing is stacked. */
function stacked(series, isStacked) {
  const sums = (series[0]?.values ?? []).map(() => 0);
  return series.map(({ name, values }) => {
    const lower = [...sums];
    const upper = values.map((value, index) => {
      if (!isStacked) return value;
      if (Number.isFinite(value)) sums[index] += value;
      return Number.isFinite(value) ? sums[index] : NaN;
    });
    return { name, upper, lower };
  });
}

/** @param {{panel: object, series: {name: string, values: number[]}[], times: number[], width: number, height: number}} what pixels */
export function lines({ panel, series, times, width, height }) {
  const { unit, max, custom, thresholds } = panel.fieldConfig.defaults;
  const layers = stacked(series, custom.stacking.mode === "normal");
  const highest = Math.max(0, ...layers.flatMap((layer) => layer.upper.filter(Number.isFinite)));
  const top = max ?? (highest > 0 ? highest * 1.08 : 1);
  const [right, bottom] = [width - axis.right, height - axis.bottom];
  const x = (index) => axis.left + ((right - axis.left) * index) / Math.max(1, times.length - 1);
  const y = (value) => bottom - ((bottom - axis.top) * Math.min(value, top)) / top;

  let svg = "";
  for (const tick of ticks(unit, top)) {
    svg += `<line class="grid" x1="${axis.left}" x2="${right}" y1="${y(tick)}" y2="${y(tick)}"/>`;
    svg += `<text x="${axis.left - 6}" y="${y(tick) + 4}" text-anchor="end">${escape(format(unit, tick))}</text>`;
  }

  for (let part = 0; part <= 4; part++) {
    const index = Math.round(((times.length - 1) * part) / 4);
    const anchor = part === 0 ? "start" : part === 4 ? "end" : "middle";
    svg += `<line class="grid" x1="${x(index)}" x2="${x(index)}" y1="${axis.top}" y2="${bottom}"/>`;
    svg += `<text x="${x(index)}" y="${height - 4}" text-anchor="${anchor}">${clock(times[index])}</text>`;
  }

  const limit = custom.thresholdsStyle ? thresholds.steps.at(-1).value : Infinity;
  if (limit <= top) svg += `<line class="limit" x1="${axis.left}" x2="${right}" y1="${y(limit)}" y2="${y(limit)}"/>`;
  layers.forEach(({ upper, lower }, number) => {
    const color = colors[number % colors.length];
    const points = (values) => values.map((value, index) => [x(index), Number.isFinite(value) ? y(value) : NaN]);
    svg += `<path d="${band(points(upper), points(lower))}" fill="${color}" fill-opacity="${custom.fillOpacity / 100}"/>`;
    svg += `<path d="${path(points(upper))}" fill="none" stroke="${color}" stroke-width="1.5" stroke-linecap="round"/>`;
  });
  if (series.length === 0) svg += `<text class="empty" x="${width / 2}" y="${height / 2}" text-anchor="middle">No data</text>`;
  return `<svg width="${width}" height="${height}">${svg}</svg>`;
}

export const legend = (series) =>
  series.map(({ name }, index) => `<span><i style="background:${colors[index % colors.length]}"></i>${escape(name)}</span>`).join("");

/** The last value, in the color of its threshold, over the way that it came. */
export function figure({ panel, series, width, height }) {
  const { unit, thresholds } = panel.fieldConfig.defaults;
  const there = series.filter(({ values }) => Number.isFinite(values.at(-1)));
  const value = there[0]?.values.at(-1) ?? NaN;
  const color = named[thresholds.steps.findLast((step) => step.value === null || value >= step.value)?.color ?? "blue"];
  const text = panel.options.textMode === "name" ? (there[0]?.name ?? "none") : format(unit, value);
  let svg = "";
  if (panel.options.graphMode === "area" && there.length > 0) {
    const { values } = there[0];
    const top = Math.max(...values.filter(Number.isFinite)) || 1;
    const points = values.map((one, index) => [(width * index) / (values.length - 1), height - (height * 0.3 * one) / top]);
    svg = `<path d="${band(points, points.map(([x]) => [x, height]))}" fill="${color}" fill-opacity="0.18"/><path d="${path(points)}" fill="none" stroke="${color}"/>`;
  }

  return `<svg width="${width}" height="${height}">${svg}<text class="figure" x="${width / 2}" y="${height / 2 + 6}" text-anchor="middle" fill="${color}">${escape(text)}</text></svg>`;
}
