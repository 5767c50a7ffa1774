// Reads coverlet's JSON report, prints line coverage per assembly, and exits with 1 below the goals.
// usage: node coverage-gate.mjs REPORT
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const totalGoal = 80;
const goals = { "Node.Transport": 90, "Node.Wire": 90, "Node.Hub": 90 };

/** Hit and all lines of one assembly. A line shared by a method and its lambdas counts once, hit if either hit it. */
export function lines(files) {
  let hit = 0;
  let all = 0;
  for (const classes of Object.values(files)) {
    const hits = new Map();
    for (const methods of Object.values(classes)) {
      for (const method of Object.values(methods)) {
        for (const [line, count] of Object.entries(method.Lines)) {
          hits.set(line, (hits.get(line) ?? 0) + count);
        }
      }
    }
    all += hits.size;
    hit += [...hits.values()].filter((count) => count > 0).length;
  }
  return { hit, all };
}

/** Rows to print, each with its goal where it has one; `expected` are the assemblies that have code. */
export function judge(report, expected) {
  const rows = Object.entries(report).map(([file, files]) => ({ name: file.replace(/\.dll$/, ""), ...lines(files) }));
  for (const name of expected) {
    if (!rows.some((row) => row.name === name)) rows.push({ name, hit: 0, all: 0 });
  }
  rows.sort((a, b) => a.name.localeCompare(b.name));
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  rows.push({ name: "total", hit: sum("hit"), all: sum("all") });
  for (const row of rows) {
    row.percent = row.all === 0 ? null : (100 * row.hit) / row.all;
    row.goal = row.name === "total" ? totalGoal : goals[row.name];
    row.red = row.goal !== undefined && (row.percent ?? (expected.includes(row.name) ? 0 : 100)) < row.goal;
  }
  return rows;
}

const hasCode = (folder) =>
  readdirSync(folder, { recursive: true }).some((file) => file.endsWith(".cs") && !file.includes("node_modules"));

function main(file) {
  const expected = readdirSync("src").filter((name) => name.startsWith("Node.") && hasCode(join("src", name)));
  const rows = judge(existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {}, expected);
  for (const row of rows) {
    const percent = row.percent === null ? "not measured" : `${row.percent.toFixed(1)} %`;
    const goal = row.goal === undefined ? "" : `goal ${row.goal} %${row.red ? "  BELOW THE GOAL" : ""}`;
    console.log(`  ${row.name.padEnd(18)}${percent.padStart(13)}  ${`${row.hit}/${row.all}`.padStart(13)} lines  ${goal}`);
  }
  process.exitCode = rows.some((row) => row.red) ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main(process.argv[2]);
