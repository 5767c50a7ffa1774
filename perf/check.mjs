// Judges the reports that perf/check.sh has gathered: node check.mjs FOLDER STAGE, by FOLDER/STAGE-*.jsonl, a launch each (Node.Turns says what is
// in them). Prints a table. Ends with 1 where something allocates more or does not run, which has no noise; else with 3 where something looks slower,
// which FOLDER/suspects then names, a line each.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const mostTime = 1.1;
const slower = 'slower';
// Bytes an operation, below which a difference is the rounding of a division: an object a thousand operations is 0.024.
const leastBytes = 0.01;
const [folder, stage] = process.argv.slice(2);

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** By benchmark: its reports, one a launch. */
function gather() {
  const found = new Map();
  for (const file of readdirSync(folder).filter(entry => entry.startsWith(`${stage}-`) && entry.endsWith('.jsonl'))) {
    for (const line of readFileSync(join(folder, file), 'utf8').split('\n').filter(Boolean)) {
      const report = JSON.parse(line);
      found.set(report.name, [...(found.get(report.name) ?? []), report]);
    }
  }
  return found;
}

const figure = (reports, side, what) => median(reports.map(report => report[side][what]));

/** What is wrong with a benchmark, and what the table says about it. */
function judge(reports) {
  const failed = side => reports.map(report => report[side]?.fault).find(Boolean);
  if (failed('head')) return { figures: 'does not run', faults: [failed('head')] };
  if (reports.every(report => !report.head)) return { figures: 'only at the base', faults: [], alone: true };
  const before = failed('base') ? `does not run at the base: ${failed('base')}` : 'only here';
  if (reports.some(report => report.ratio == null)) return { figures: before, faults: [], alone: true };
  const ratios = reports.map(report => report.ratio);
  const ratio = median(ratios);
  const bytes = [figure(reports, 'base', 'bytes'), figure(reports, 'head', 'bytes')];
  const faults = [ratio > mostTime && slower, bytes[1] > bytes[0] + leastBytes && 'allocates more'].filter(Boolean);
  const figures = [
    ratio.toFixed(2).padStart(6), `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`.padStart(14),
    figure(reports, 'base', 'nanoseconds').toFixed(1).padStart(11), figure(reports, 'head', 'nanoseconds').toFixed(1).padStart(11),
    ...bytes.map(value => value.toFixed(2).padStart(9))];
  return { figures: figures.join(' '), faults };
}

const judged = [...gather()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, reports]) => ({ name, ...judge(reports) }));
const worse = judged.filter(one => one.faults.length > 0);
const suspects = worse.filter(one => one.faults.includes(slower));
const alone = judged.filter(one => one.alone);
console.log(' ratio  least to most     base ns     head ns    base B    head B  CPU and allocation an operation');
for (const one of judged) console.log(`${one.figures.padEnd(65)}  ${one.name}${one.faults.length > 0 ? `  ← ${one.faults.join(', ')}` : ''}`);
writeFileSync(join(folder, 'suspects'), suspects.map(one => `${one.name}\n`).join(''));
if (alone.length > 0) console.log(`not compared: ${alone.map(one => `${one.name} (${one.figures})`).join('; ')}`);
const compared = judged.length - alone.length;
console.log(worse.length === 0 ? `none of ${compared} is worse` : `${worse.length} of ${judged.length} look worse`);
const certain = compared === 0 || worse.some(one => one.faults.some(fault => fault !== slower));
process.exit(certain ? 1 : suspects.length > 0 ? 3 : 0);
