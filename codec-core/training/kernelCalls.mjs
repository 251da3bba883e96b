/** What the codec's kernels are called with, for data that training takes from the encoder itself. */
import { Kernels } from '../dist/kernels/kernels.js';

/**
 * Encoders made from now on call `wrap(kernels, original)` when they are made, and what it returns in
 * place of the kernel of that name.
 */
export function replaceKernel(name, wrap) {
  const create = Kernels.create;
  Kernels.create = (module) => {
    const kernels = create(module);
    const { run } = kernels;
    kernels.run = { ...run, [name]: wrap(kernels, run[name]) };
    return kernels;
  };
}
