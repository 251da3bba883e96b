// Packs the committed model for browsers: models/{integer,float} -> dist/assets/*.model.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { packModel } from './dist/inn/modelPack.js';

const manifest = JSON.parse(await readFile('models/manifest.json', 'utf8'));
await mkdir('dist/assets', { recursive: true });
for (const kind of ['integer', 'float']) {
  const files = new Map();
  for (const stage of manifest.stages) {
    files.set(stage, await readFile(`models/${kind}/${stage}.onnx`));
  }
  await writeFile(`dist/assets/${kind}.model`, packModel(manifest, files));
}
