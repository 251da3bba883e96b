/** Kernels of the codec: one instance, with its own memory, for every encoder or decoder. */

import { initForecast } from './activity/forecast';
import { initGains } from './activity/gains';
import { initDcScales } from './entropy/dcPlane';
import { initLatents } from './entropy/latents';
import { initShifts } from './entropy/magnitudes';
import { initMixing } from './entropy/mixedBit';
import { initPerception } from './quant/perception';
import { initCosts } from './quant/symbolCosts';

export * from './motion/index';
export { blockErrors, listFlags, neighbourRows } from './activity/blocks';
export { residualBits } from './activity/forecast';
export { chargeFlags, codingGains } from './activity/gains';
export { filterBlocks, filterWeights } from './filter/loopFilter';
export { checksum } from './frame/checksum';
export { mixBlocks, unmixBlocks } from './inn/mixing';
export { keyBase, keyField } from './inn/keyField';
export { layNeighbours, layTable, layerRows } from './inn/rowLayers';
export {
  compressRows,
  dequantizeGroup,
  gateRows,
  gatherRows,
  quantizeGroup,
  refineRows,
  scatterRows,
} from './quant/coupling';
export { priceLifetimes } from './quant/lifetime';
export { blockPrices } from './quant/perception';
export {
  DC_CONTEXT_BYTES,
  DC_WORK_BYTES_PER_BLOCK,
  codeDcPlane,
  initDcContexts,
} from './entropy/dcPlane';
export { LATENT_CONTEXT_BYTES, initLatentContexts } from './entropy/latents';
export { decoderStart, encoderBits, encoderFinish, encoderStart } from './entropy/rangeCoder';
export { clearSigns } from './entropy/hiddenSigns';
export { FLAG_CONTEXT_BYTES, codeFlags, initFlagContexts } from './entropy/flags';
export { codeGroup } from './entropy/symbols';

/** First free byte of the memory. */
export function heapBase(): usize {
  return __heap_base;
}

/** Fills the constant tables; call once per instance, before anything else. */
export function initTables(): void {
  initShifts();
  initLatents();
  initCosts();
  initDcScales();
  initMixing();
  initGains();
  initForecast();
  initPerception();
}
