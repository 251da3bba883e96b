export { codeMotion, initMotionContexts } from './coding';
export { compensate } from './compensation';
export { padPlane } from './padding';
export { motionSearchBytes, searchMotion } from './search';
export { gatherState } from './state';
export { MOTION_CONTEXT_BYTES } from './syntax';
