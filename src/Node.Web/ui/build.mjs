// Builds the pages into dist/. The SDK is taken from its sources (tsconfig's paths), so one npm ci sets everything up.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { build } from 'esbuild';

await rm('dist', { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: { chat: 'src/main.tsx' },
  outdir: 'dist/assets',
  entryNames: '[name]-[hash]',
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['chrome123', 'firefox121', 'safari17.5'],
  metafile: true,
  logLevel: 'info',
});

const built = Object.keys(metafile.outputs).map((path) => `/assets/${basename(path)}`);
const page = (await readFile('src/chat.html', 'utf8'))
  .replace('%SCRIPT%', built.find((path) => path.endsWith('.js')))
  .replace('%STYLE%', built.find((path) => path.endsWith('.css')));
await mkdir('dist', { recursive: true });
await writeFile('dist/chat.html', page);
await writeFile('dist/favicon.svg', await readFile('src/favicon.svg'));
