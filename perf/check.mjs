// Compares the reports that perf/check.sh has gathered: node check.mjs FOLDER. Prints a table, writes the benchmarks that look worse into
// FOLDER/suspects, a filter a line, and fails where there are any.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const mostTime = 1.1;
// What others' code takes for the same, which stands beside ours as a measure.
const yardsticks = /\.(Copy|CopyInput|Floor|Framework\w*)(\(|$)/;
const folder = process.argv[2];

/** By benchmark: the best iteration of all rounds, in ns, and the least that an operation has allocated. */
function gather(name) {
  const found = new Map();
  for (const round of readdirSync(folder).filter(entry => entry.startsWith(`${name}-`) && !entry.endsWith('.log'))) {
    const results = join(folder, round, 'results');
    for (const file of readdirSync(results).filter(entry => entry.endsWith('.json'))) {
      for (const benchmark of JSON.parse(readFileSync(join(results, file), 'utf8')).Benchmarks) {
        if (yardsticks.test(benchmark.FullName)) continue;
        const known = found.get(benchmark.FullName) ?? { time: Infinity, bytes: Infinity };
        known.time = Math.min(known.time, benchmark.Statistics?.Min ?? Infinity);
        known.bytes = Math.min(known.bytes, benchmark.Memory?.BytesAllocatedPerOperation ?? Infinity);
        found.set(benchmark.FullName, known);
      }
    }
  }
  return found;
}

const base = gather('base');
const head = gather('head');
const suspects = [];
console.log(' time ratio    base ns    head ns  allocated B, base head');
for (const [name, now] of [...head].sort()) {
  const before = base.get(name);
  if (!before || !Number.isFinite(before.time) || !Number.isFinite(now.time)) {
    console.log(`        new                                           ${name}`);
    continue;
  }
  const ratio = now.time / before.time;
  const faults = [ratio > mostTime && 'slower', now.bytes > before.bytes && 'allocates more'].filter(Boolean);
  if (faults.length > 0) suspects.push(name);
  const figures = [ratio.toFixed(2).padStart(11), before.time.toFixed(1).padStart(10), now.time.toFixed(1).padStart(10),
    `${before.bytes}`.padStart(10), `${now.bytes}`.padStart(6)];
  console.log(`${figures.join(' ')}  ${name.replace('Node.Benchmarks.', '')}${faults.length > 0 ? `  ← ${faults.join(', ')}` : ''}`);
}
const gone = [...base.keys()].filter(name => !head.has(name));
if (gone.length > 0) console.log(`gone: ${gone.join(', ')}`);
writeFileSync(join(folder, 'suspects'), [...new Set(suspects.map(name => `${name.replace(/\(.*/, '')}*\n`))].join(''));
console.log(suspects.length === 0 ? `none of ${head.size} is worse` : `${suspects.length} of ${head.size} look worse`);
process.exit(head.size > 0 && suspects.length === 0 ? 0 : 1);
