// Draws every dashboard of grafana/ from a Prometheus as it is now: a page a dashboard, and with a browser a picture of each.
// No Grafana is needed, so anybody can see after a change what the panels show:
//   node tools/dashboards/render.mjs --prometheus http://127.0.0.1:9095 --minutes 5 --out .artifacts/dashboards
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { escape, figure, legend, lines } from "./plot.mjs";
import { seriesOf, timesOf, valuesOf } from "./queries.mjs";

const cell = { width: 60, height: 32, gap: 8 };
const head = 30;
const foot = 34;
const points = 240;

process.on("uncaughtException", ({ message }) => {
  console.error(`render.mjs: ${message}`);
  process.exit(1);
});

const { values: options } = parseArgs({
  options: {
    prometheus: { type: "string", default: "http://127.0.0.1:9095" },
    minutes: { type: "string", default: "5" },
    until: { type: "string" },
    scrape: { type: "string", default: "5" },
    out: { type: "string", default: "." },
    browser: { type: "string", default: process.env.CHROMIUM_EXE || "chromium" },
  },
});

const style = `
  body { margin: 0; background: #111217; color: #ccccdc; font: 12px Inter, "DejaVu Sans", Helvetica, Arial, sans-serif; }
  h1 { margin: 0; padding: 14px 16px 4px; font-size: 18px; font-weight: 500; color: #fff; }
  p { margin: 0; padding: 0 16px 12px; color: #9a9aa8; }
  main { position: relative; margin: 0 ${cell.gap}px; }
  section { position: absolute; box-sizing: border-box; background: #181b1f; border: 1px solid #25272d; border-radius: 3px; overflow: hidden; }
  section.row { background: none; border: none; padding: 7px 4px; font-size: 14px; font-weight: 500; color: #fff; }
  h2 { margin: 0; padding: 7px 10px; height: 16px; font-size: 13px; font-weight: 500; color: #e4e4ee; white-space: nowrap; overflow: hidden; }
  footer { padding: 2px 10px; height: ${foot - 6}px; line-height: 14px; overflow: hidden; color: #9a9aa8; font-size: 11px; }
  footer span { margin-right: 12px; white-space: nowrap; display: inline-block; }
  footer i { display: inline-block; width: 12px; height: 3px; border-radius: 2px; margin-right: 5px; vertical-align: middle; }
  svg { display: block; } svg text { font-size: 11px; } svg text:not(.figure) { fill: #9a9aa8; }
  svg text.figure { font-size: 30px; font-weight: 500; } svg text.empty { font-size: 13px; }
  .grid { stroke: #26282e; } .limit { stroke: #f2495c; stroke-dasharray: 6 5; opacity: 0.8; }`;

async function drawPanel(panel, values, range) {
  const { x, y, w, h } = panel.gridPos;
  const [width, height] = [w * cell.width - cell.gap, h * cell.height - cell.gap];
  const place = `left:${x * cell.width}px;top:${y * cell.height}px;width:${width}px;height:${height}px`;
  if (panel.type === "row") return `<section class="row" style="${place}">${escape(panel.title)}</section>`;
  const series = await seriesOf(panel, values, range);
  const what = { panel, series, times: timesOf(range), width: width - 2 };
  const body = panel.type === "stat"
    ? figure({ ...what, height: height - head - 2 })
    : `${lines({ ...what, height: height - head - foot })}<footer>${legend(series)}</footer>`;
  return `<section style="${place}"><h2>${escape(panel.title)}</h2>${body}</section>`;
}

async function drawDashboard(file, range) {
  const dashboard = JSON.parse(readFileSync(file, "utf8"));
  const values = await valuesOf(dashboard, range);
  const panels = [];
  for (const panel of dashboard.panels) panels.push(await drawPanel(panel, values, range));
  const height = Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h)) * cell.height;
  const html = `<!doctype html><meta charset="utf-8"><title>${escape(dashboard.title)}</title><style>${style}</style>
    <h1>${escape(dashboard.title)}</h1><p>${escape(dashboard.description)}</p><main style="height:${height}px">${panels.join("\n")}</main>`;
  return { html, height: height + 74 };
}

function photograph(page, picture, height) {
  execFileSync(options.browser, [
    "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1",
    `--window-size=${24 * cell.width + cell.gap},${height}`, `--screenshot=${picture}`, `file://${page}`,
  ], { stdio: "ignore" });
}

const seconds = Number(options.minutes) * 60;
const step = Math.max(1, Math.round(seconds / points));
const to = options.until ? Number(options.until) : Math.floor(Date.now() / 1000);
const range = { prometheus: options.prometheus, from: to - seconds, to, step, scrape: Number(options.scrape) };
const folder = join(import.meta.dirname, "grafana");
mkdirSync(options.out, { recursive: true });
for (const name of readdirSync(folder).filter((file) => file.endsWith(".json")).sort()) {
  const { html, height } = await drawDashboard(join(folder, name), range);
  const page = resolve(options.out, name.replace(".json", ".html"));
  writeFileSync(page, html);
  photograph(page, page.replace(".html", ".png"), height);
  console.log(page.replace(".html", ".png"));
}
