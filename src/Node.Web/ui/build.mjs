// Builds the pages into dist/. The SDK is taken from its sources (tsconfig's paths), so one npm ci sets everything up.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { build } from 'esbuild';

const pages = { chat: 'src/main.tsx', console: 'src/console/main.tsx' };

await rm('dist', { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: pages,
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
await mkdir('dist', { recursive: true });
for (const page of Object.keys(pages)) {
  const asset = (ending) => built.find((path) => path.startsWith(`/assets/${page}-`) && path.endsWith(ending));
  const html = await readFile(`src/${page}.html`, 'utf8');
  await writeFile(`dist/${page}.html`, html.replace('%SCRIPT%', asset('.js')).replace('%STYLE%', asset('.css')));
}
await writeFile('dist/favicon.svg', await readFile('src/favicon.svg'));
