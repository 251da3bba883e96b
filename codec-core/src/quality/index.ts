export { bdRate, type BdRate } from './bdRate.js';
export { msSsim, msSsimDecibel } from './msSsim.js';
export { planePsnr, psnrFromMse, PsnrMean, weightedPsnr, type PlanePsnr } from './psnr.js';
