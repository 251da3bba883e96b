// Compiles src/kernels/assembly to dist/assets/kernels.wasm.
import asc from 'assemblyscript/asc';

const { error, stderr } = await asc.main([
  'src/kernels/assembly/index.ts',
  '--outFile',
  'dist/assets/kernels.wasm',
  '--optimizeLevel',
  '3',
  '--shrinkLevel',
  '0',
  '--noAssert',
  '--runtime',
  'stub',
  '--enable',
  'simd',
]);
if (error) {
  console.error(stderr.toString());
  process.exit(1);
}
