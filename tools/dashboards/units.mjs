// Values as Grafana writes them.

const scale = (value, base, words) => {
  let size = Math.abs(value);
  let word = 0;
  while (size >= base && word + 1 < words.length) [size, word] = [size / base, word + 1];
  const digits = size >= 100 || Number.isInteger(Number(size.toPrecision(3))) ? 0 : size >= 10 ? 1 : 2;
  return `${value < 0 ? "-" : ""}${Number(size.toFixed(digits))}${words[word]}`;
};

const seconds = (value) => {
  const size = Math.abs(value);
  if (size === 0) return "0 s";
  if (size < 1e-3) return `${Number((value * 1e6).toPrecision(3))} µs`;
  if (size < 1) return `${Number((value * 1e3).toPrecision(3))} ms`;
  return size < 120 ? `${Number(value.toPrecision(3))} s` : `${Number((value / 60).toPrecision(3))} min`;
};

const binary = (value) => scale(value, 1024, [" B", " KiB", " MiB", " GiB", " TiB"]);

const formats = {
  none: (value) => `${Number(value.toPrecision(4))}`,
  short: (value) => scale(value, 1000, ["", " K", " M", " G"]),
  ops: (value) => `${scale(value, 1000, ["", " K", " M", " G"])}/s`,
  bytes: binary,
  Bps: (value) => `${binary(value)}/s`,
  s: seconds,
  percentunit: (value) => `${Number((value * 100).toPrecision(3))} %`,
};

export const format = (unit, value) => (Number.isFinite(value) ? formats[unit](value) : "no data");

/** Where an axis from 0 has its lines: four to six of them, at numbers that people like. */
export function ticks(unit, most) {
  const base = unit === "bytes" || unit === "Bps" ? 1024 : 1000;
  const power = base === 1024 ? 1024 ** Math.floor(Math.log(most) / Math.log(1024)) : 10 ** Math.floor(Math.log10(most));
  const nice = base === 1024 ? [0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256] : [0.1, 0.2, 0.25, 0.5, 1, 2, 2.5];
  const step = power * (nice.find((factor) => most / (power * factor) <= 5) ?? nice.at(-1));
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, index) => index * step);
}
