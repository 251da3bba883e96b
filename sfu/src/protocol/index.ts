/** The signalling protocol: the only entry of this package that a client imports. */
export * from './errors.js';
export * from './limits.js';
export * from './model.js';
export * from './notifications.js';
export * from './requests.js';
export * from './rtp.js';
export * from './socket.js';
