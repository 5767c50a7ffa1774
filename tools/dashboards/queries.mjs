// What Grafana does between a panel's query and its plot: variables, the steps of a range, names of series.

/** The least window that holds four scrapes, as Grafana's $__rate_interval. */
const rateWindow = (step, scrape) => `${Math.max(step + scrape, 4 * scrape)}s`;

/** @param {string} expr of a panel. @param {Record<string, string>} values of the dashboard's variables, by name */
export function expand(expr, values) {
  return expr.replace(/\$(\w+)/g, (whole, name) => values[name] ?? whole);
}

async function ask(prometheus, path, parameters) {
  const response = await fetch(`${prometheus}/api/v1/${path}?${new URLSearchParams(parameters)}`).catch(() => {
    throw new Error(`no Prometheus answers at ${prometheus}: start one there, or name another`);
  });
  const answer = await response.json();
  if (answer.status !== "success") throw new Error(`${answer.error}: ${JSON.stringify(parameters)}`);
  return answer.data;
}

/** A dashboard's variables, each with all that it could be: `{ job: "connect-node|standalone", … }`. */
export async function valuesOf(dashboard, range) {
  const values = { __rate_interval: rateWindow(range.step, range.scrape) };
  for (const { name, type, definition } of dashboard.templating.list) {
    if (type !== "query") continue;
    const [, selector, label] = /^label_values\((.*), (\w+)\)$/.exec(definition);
    const parameters = { "match[]": expand(selector, values), start: range.from, end: range.to };
    values[name] = (await ask(range.prometheus, `label/${label}/values`, parameters)).join("|");
  }

  return values;
}

/** `{{instance}} in` → `node-1 in`; Grafana's `__auto` is the labels, or the query where there are none. */
export function nameOf(legend, labels, expr) {
  if (legend !== "__auto") return legend.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label) => labels[label] ?? "").trim();
  const rest = Object.entries(labels).filter(([label]) => label !== "__name__");
  return rest.length === 0 ? (labels.__name__ ?? expr) : rest.map(([label, value]) => `${label}="${value}"`).join(", ");
}

/**
 * The series of a panel, by name: `{ name, values }`, a value for each of `times`, NaN where there is none.
 * @param {{prometheus: string, from: number, to: number, step: number, scrape: number}} range seconds
 */
export async function seriesOf(panel, values, range) {
  const all = [];
  for (const target of panel.targets) {
    const expr = expand(target.expr, values);
    const { result } = await ask(range.prometheus, "query_range", { query: expr, start: range.from, end: range.to, step: range.step });
    for (const { metric, values: samples } of result) {
      const at = new Map(samples.map(([time, value]) => [Math.round((time - range.from) / range.step), Number(value)]));
      all.push({
        name: nameOf(target.legendFormat, metric, expr),
        values: timesOf(range).map((_, index) => at.get(index) ?? NaN),
      });
    }
  }

  return all.sort((left, right) => left.name.localeCompare(right.name, "en", { numeric: true }));
}

export function timesOf({ from, to, step }) {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
}
