/** Import boundaries of docs/ARCHITECTURE.md (Packages), as a check. */
const forbidden = [
  {
    name: 'no-circular',
    comment:
      'Two files that need each other are one concept, or one of them is in the wrong place.',
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
  {
    name: 'codec-core-is-pure',
    comment: 'The codec knows no network, no server and no app.',
    from: { path: '^codec-core/src' },
    to: { path: '^(client|sfu|e2e)/|^node_modules/(socket\\.io|mediasoup|react|express)' },
  },
  {
    name: 'client-knows-only-the-protocol',
    comment: 'Of the server the client imports @inncall/sfu/protocol and nothing else.',
    from: { path: '^client/src' },
    to: { path: '^sfu/', pathNot: '^sfu/(dist|src)/protocol/' },
  },
  {
    name: 'protocol-stands-alone',
    comment: 'The protocol is what both sides share, so it can need nothing of either.',
    from: { path: '^sfu/src/protocol', pathNot: '\\.test\\.ts$' },
    to: { pathNot: '^sfu/src/protocol|^node_modules/zod' },
  },
  {
    name: 'server-knows-no-client',
    from: { path: '^sfu/src' },
    to: { path: '^(client|codec-core)/' },
  },
  {
    name: 'media-below-room-below-signaling',
    comment: 'Rooms use media, signalling uses rooms; never the other way.',
    from: { path: '^sfu/src/(media|metrics|protocol)/' },
    to: { path: '^sfu/src/(room|signaling|http)/' },
  },
  {
    name: 'room-knows-no-signaling',
    from: { path: '^sfu/src/room/' },
    to: { path: '^sfu/src/(signaling|http)/' },
  },
  {
    name: 'ui-never-imports-transport',
    comment: 'The user interface reads stores and calls actions.',
    from: { path: '^client/src/ui/' },
    to: { path: '^client/src/transport/' },
  },
  {
    name: 'kernels-know-no-bitstream',
    from: { path: '^codec-core/src/kernels/' },
    to: { path: '^codec-core/src/(bitstream|codec)/' },
  },
  {
    name: 'no-development-dependency',
    comment: 'What the product imports belongs into dependencies.',
    from: { path: '^(codec-core|sfu|client)/src', pathNot: '\\.test\\.tsx?$|/testing/|/test[A-Z]' },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm'] },
  },
];

export default {
  forbidden: forbidden.map((rule) => ({ ...rule, severity: 'error' })),
  options: {
    doNotFollow: { path: 'node_modules|/dist/' },
    exclude: { path: 'codec-core/src/kernels/assembly' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
    },
  },
};
