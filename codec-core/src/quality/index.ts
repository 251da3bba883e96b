export { bdRate, type BdRate } from './bdRate.js';
export { msSsim, msSsimDecibel } from './msSsim.js';
export { planePsnr, PsnrMean, weightedPsnr, type PlanePsnr } from './psnr.js';
